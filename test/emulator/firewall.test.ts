/** A vault whose firewall does not know the caller's address. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { send } from "./client.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

let site: SigningVault;

beforeAll(async () => {
  site = await openSigningVault();
  await site.importLeaf("signer", "EC-256");
});
afterAll(async () => await site.close());

async function call(path: string, { method = "GET", headers = site.headers } = {}) {
  return await send(site.emulator, `${site.vault.url}${path}?${VERSION}`, { method, headers });
}

test("closed, it refuses every call in the service's words, whatever the caller may do, until it is open", async () => {
  const { vault, principal, emulator } = site;
  vault.setFirewall("closed");
  const message = [
    "Client address is not authorized and caller is not a trusted service.",
    "Client address: 127.0.0.1",
    `Caller: appid=${principal.appId};oid=${principal.objectId};iss=https://sts.windows.net/${emulator.tenantId}/`,
    "Vault: myvault;location=westeurope",
  ].join("\r\n");
  const error = { code: "Forbidden", message, innererror: { code: "ForbiddenByFirewall" } };
  for (const [path, method, permission] of [
    ["/secrets/signer", "GET", "secrets/get"],
    ["/secrets/missing", "GET", "secrets/get"],
    ["/certificates/signer", "GET", "certificates/get"], // Not granted: the firewall comes before.
    ["/keys/signer/sign", "POST", "keys/sign"],
    ["/certificates", "GET", "certificates/list"],
  ] as const) {
    const { status, json } = await call(path, { method });
    expect([status, json]).toEqual([403, { error }]);
    expect(emulator.log.at(-1)).toMatchObject({ status: 403, principal, permission });
  }
  vault.setFirewall("open");
  expect((await call("/secrets/signer")).status).toBe(200);
});

test("it comes after authentication, and before throttling", async () => {
  site.vault.setFirewall("closed");
  site.vault.setThrottle({ calls: 0, windowMs: 60_000 });
  expect((await call("/secrets/signer", { headers: {} })).status).toBe(401);
  expect((await call("/secrets/signer")).status).toBe(403);
  site.vault.setFirewall("open");
  expect((await call("/secrets/signer")).status).toBe(429);
});

test("it is the vault's own", async () => {
  const other = site.emulator.createVault("other");
  site.vault.setThrottle(undefined);
  other.setFirewall("closed");
  expect((await call("/secrets/signer")).status).toBe(200);
});
