/** Managed HSMs: which tokens they take, and who may do what. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { KeyObject } from "node:crypto";
import { authorize, requestToken, secretForm, send, transmit } from "./client.ts";
import type { Emulator, ManagedHsm, Principal, RoleName } from "./index.ts";
import { ACTIVITY, errorOf, HSM_RESOURCE, openSigningHsm, type SigningHsm } from "./signing-hsm.ts";
import { VERSION } from "./signing-vault.ts";

let site: SigningHsm;
let emulator: Emulator;
let hsm: ManagedHsm;
let principal: Principal;
let privateKey: KeyObject;

beforeAll(async () => {
  site = await openSigningHsm();
  ({ emulator, hsm, principal, privateKey } = site);
});
beforeEach(() => {
  hsm.revoke(principal);
  hsm.assignRole(principal, "Managed HSM Crypto User");
});
afterAll(async () => await emulator.close());

describe("local RBAC", () => {
  test("lets nobody use a key without a role, whether it exists or not", async () => {
    hsm.createKey({ name: "guarded", privateKey });
    hsm.revoke(principal);
    for (const name of ["guarded", "missing"]) {
      const answer = await site.sign(`/keys/${name}//sign`);
      const { code, message, innererror } = errorOf(answer);
      expect([answer.status, code, innererror, message.replace(ACTIVITY, "")]).toEqual([
        403,
        "AccessDenied",
        undefined,
        `Not authorized to access Microsoft.KeyVault/managedHsm/keys/sign/action on /keys/${name}`,
      ]);
    }
    expect(emulator.log.at(-1)).toMatchObject({ permission: "keys/sign", errorCode: "AccessDenied" });
    expect(errorOf(await site.get("/keys/guarded")).message).toContain("keys/read/action on /keys/guarded");
  });

  test.each([
    ["Managed HSM Crypto User", 200, 200],
    ["Managed HSM Crypto Officer", 403, 403],
    ["Managed HSM Administrator", 403, 403],
    ["Managed HSM Crypto Auditor", 200, 403],
    ["Managed HSM Crypto Service Encryption User", 200, 403],
    ["Managed HSM Crypto Service Release User", 403, 403],
  ] as const)("what %s may do", async (role, read, signed) => {
    hsm.createKey({ name: "by-role", privateKey });
    hsm.revoke(principal);
    hsm.assignRole(principal, role);
    expect((await site.get("/keys/by-role")).status).toBe(read);
    expect((await site.sign("/keys/by-role//sign")).status).toBe(signed);
  });

  test("may be granted for one key, and knows none of Azure's roles", async () => {
    hsm.createKey({ name: "one", privateKey });
    hsm.createKey({ name: "one-more", privateKey });
    hsm.revoke(principal);
    hsm.assignRole(principal, "Managed HSM Crypto User", "/keys/one");
    expect((await site.sign("/keys/one//sign")).status).toBe(200);
    expect((await site.sign("/keys/one-more//sign")).status).toBe(403);
    hsm.assignRole(principal, "Managed HSM Crypto User", "/keys");
    expect((await site.sign("/keys/one-more//sign")).status).toBe(200);
    const azureRole: RoleName = "Key Vault Crypto User";
    expect(() => hsm.assignRole(principal, azureRole as never)).toThrow("no role called");
  });
});

describe("tokens", () => {
  test("are asked for with the HSM's own resource", async () => {
    const url = `${hsm.url}/keys/signer?${VERSION}`;
    const [get, post] = [await transmit(emulator, url), await transmit(emulator, url, { method: "POST" })];
    const challenge = `www-authenticate: Bearer authorization="https://login.microsoftonline.com/${emulator.tenantId}", resource="${HSM_RESOURCE}"\r\n`;
    for (const { text } of [get, post]) {
      expect(text).toStartWith("HTTP/1.1 401 ");
      expect(text.toLowerCase()).toContain(challenge.toLowerCase());
    }
    expect(get.text).toEndWith("\r\n\r\nOK");
    expect(post.text).toEndWith("\r\n\r\n");
  });

  test("of a vault are not taken, nor those of an HSM by a vault", async () => {
    const vault = emulator.createVault("myvault");
    const forVaults = await authorize(emulator, principal);
    const answer = await site.get("/keys/signer", forVaults);
    expect(answer.status).toBe(401);
    expect(errorOf(answer)).toEqual({
      code: "Unauthorized",
      message: expect.stringMatching(
        /^Found token with aud=https:\/\/vault\.azure\.net, but expected aud=https:\/\/managedhsm\.azure\.net \(Act/,
      ),
    });
    expect(answer.headers["www-authenticate"]).toEndWith(`resource="${HSM_RESOURCE}"`);
    const other = await send(emulator, `${vault.url}/keys/signer?${VERSION}`, { headers: site.headers });
    expect(other.status).toBe(401);
    expect(errorOf(other).message).toEndWith(`, found: ${HSM_RESOURCE}.`);
  });

  test.each([
    ["managedhsm.azure.cn", "login.chinacloudapi.cn"],
    ["managedhsm.usgovcloudapi.net", "login.microsoftonline.us"],
  ])("of a national cloud are for %s", async (dnsSuffix, host) => {
    const national = emulator.createManagedHsm("national", { dnsSuffix });
    national.createKey({ name: "signer", privateKey });
    national.assignRole(principal, "Managed HSM Crypto User");
    const { json } = await requestToken(
      emulator,
      secretForm(principal, { scope: `https://${dnsSuffix}/.default` }),
      { host },
    );
    const own = { Authorization: `Bearer ${(json as { access_token: string }).access_token}` };
    const url = `${national.url}/keys/signer?${VERSION}`;
    expect(national.url).toBe(`https://national.${dnsSuffix}`);
    expect((await send(emulator, url, { headers: own })).status).toBe(200);
    expect((await send(emulator, url, { headers: site.headers })).status).toBe(401);
  });
});
