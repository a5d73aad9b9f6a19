/** A vault that takes so many calls and no more. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { runSdk, send } from "./client.ts";
import type { Vault } from "./index.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

const MESSAGE =
  "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
const LONG = 600_000;

let site: SigningVault;

beforeAll(async () => {
  site = await openSigningVault();
  await site.importLeaf("signer", "EC-256");
});
beforeEach(() => site.vault.setThrottle(undefined));
afterAll(async () => await site.close());

async function get(vault: Vault = site.vault, headers = site.headers) {
  return await send(site.emulator, `${vault.url}/secrets/signer?${VERSION}`, { headers });
}

async function statuses(calls: number): Promise<readonly number[]> {
  const seen: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    seen.push((await get()).status);
  }
  return seen;
}

test("calls beyond the number are answered 429 as the service words it, and logged", async () => {
  site.vault.setThrottle({ calls: 2, windowMs: LONG });
  expect(await statuses(4)).toEqual([200, 200, 429, 429]);
  const { json, headers } = await get();
  expect(json).toEqual({ error: { code: "Throttled", message: MESSAGE } });
  expect(headers).not.toHaveProperty("retry-after");
  expect(headers["x-ms-keyvault-region"]).toBe("westeurope");
  expect(site.emulator.log.at(-1)).toMatchObject({
    status: 429,
    errorCode: "Throttled",
    permission: "secrets/get",
    principal: site.principal,
  });
});

test("Retry-After is there where it is asked for", async () => {
  site.vault.setThrottle({ calls: 0, windowMs: LONG, retryAfter: 3 });
  expect((await get()).headers["retry-after"]).toBe("3");
});

test("the next window takes as many again", async () => {
  const windowMs = 400;
  site.vault.setThrottle({ calls: 1, windowMs });
  expect(await statuses(2)).toEqual([200, 429]);
  await Bun.sleep(windowMs);
  expect(await statuses(2)).toEqual([200, 429]);
});

test("another setting begins anew, and none ends it", async () => {
  site.vault.setThrottle({ calls: 1, windowMs: LONG });
  expect(await statuses(2)).toEqual([200, 429]);
  site.vault.setThrottle({ calls: 1, windowMs: LONG });
  expect(await statuses(2)).toEqual([200, 429]);
  site.vault.setThrottle(undefined);
  expect(await statuses(3)).toEqual([200, 200, 200]);
});

test("calls without a good token neither count nor are throttled", async () => {
  site.vault.setThrottle({ calls: 1, windowMs: LONG });
  expect((await get(site.vault, {})).status).toBe(401);
  expect((await get(site.vault, { Authorization: "Bearer nonsense" })).status).toBe(401);
  expect(await statuses(2)).toEqual([200, 429]);
  expect((await get(site.vault, {})).status).toBe(401);
});

test("it comes before permissions, and is the vault's own", async () => {
  const strict = site.emulator.createVault("strict");
  strict.setThrottle({ calls: 1, windowMs: LONG });
  expect((await get(strict)).status).toBe(403);
  expect((await get(strict)).status).toBe(429);
  expect((await get()).status).toBe(200);
});

test("the SDK waits as told and tries again", async () => {
  site.vault.setThrottle({ calls: 1, windowMs: 900, retryAfter: 1 });
  expect(await statuses(2)).toEqual([200, 429]);
  const { length } = site.emulator.log;
  const said = await runSdk(
    site.emulator,
    site.principal,
    `import { EnvironmentCredential } from "@azure/identity";
     import { SecretClient } from "@azure/keyvault-secrets";
     const client = new SecretClient("${site.vault.url}", new EnvironmentCredential());
     const first = await client.getSecret("signer");
     const second = await client.getSecret("signer");
     console.log(first.name, second.name);`,
  );
  expect(said).toBe("signer signer");
  const calls = site.emulator.log.slice(length).filter(({ permission }) => permission === "secrets/get");
  expect(calls.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(2);
  expect(calls.map(({ status }) => status)).toContain(429);
});

test("a window that makes no sense is refused", () => {
  for (const [calls, windowMs] of [
    [-1, 1],
    [0.5, 1],
    [1, 0],
    [1, Number.NaN],
  ] as const) {
    expect(() => site.vault.setThrottle({ calls, windowMs })).toThrow(RangeError);
  }
});
