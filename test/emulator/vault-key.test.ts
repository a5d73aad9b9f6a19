/** Keys of a vault that no certificate goes with, and signing without a version. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { KeyObject } from "node:crypto";
import { generatePrivateKey } from "../pki/index.ts";
import { runSdk, send } from "./client.ts";
import { DIGEST, errorOf, isSignatureOf } from "./signing-hsm.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

let site: SigningVault;
let privateKey: KeyObject;

beforeAll(async () => {
  site = await openSigningVault();
  site.vault.setAccessPolicy(site.principal, {
    keys: ["sign", "get"],
    secrets: ["get"],
    certificates: ["get", "list"],
  });
  privateKey = await generatePrivateKey("EC-256");
});
afterAll(async () => await site.close());

async function get(path: string) {
  return await send(site.emulator, `${site.vault.url}${path}?${VERSION}`, { headers: site.headers });
}

async function sign(path: string) {
  const body = JSON.stringify({ alg: "ES256", value: DIGEST.toString("base64url") });
  const options = { method: "POST", headers: site.headers, body };
  return await send(site.emulator, `${site.vault.url}${path}?${VERSION}`, options);
}

test("a key by itself signs, and has neither certificate nor secret", async () => {
  const first = site.vault.createKey({ name: "lone", privateKey });
  const second = site.vault.createKey({ name: "lone", keySpec: "EC-384" });
  const { status, json } = await sign(`/keys/lone/${first.version}/sign`);
  const { kid, value } = json as { kid: string; value: string };
  expect([status, kid]).toEqual([200, first.keyId]);
  expect(isSignatureOf(privateKey, value)).toBe(true);
  const shown = (await get("/keys/lone")).json;
  expect(shown).toMatchObject({ key: { kid: second.keyId, kty: "EC", crv: "P-384" } });
  expect(shown).not.toHaveProperty("managed");
  const certificate = await get("/certificates/lone");
  expect([certificate.status, errorOf(certificate).code]).toEqual([404, "CertificateNotFound"]);
  const secret = await get(`/secrets/lone/${first.version}`);
  expect([secret.status, errorOf(secret).code]).toEqual([404, "SecretNotFound"]);
  const list = (await get("/certificates")).json as { value: { id: string }[] };
  expect(list.value.filter(({ id }) => id.endsWith("/lone"))).toEqual([]);
  expect(errorOf(await get(`/keys/lone/${"0".repeat(32)}`)).code).toBe("KeyNotFound");
});

test("its attributes are set like those of a certificate", async () => {
  const { version } = site.vault.createKey({ name: "disabled", privateKey });
  site.vault.createKey({ name: "disabled", privateKey });
  site.vault.setAttributes("disabled", { enabled: false }, version);
  const { status, json } = await sign(`/keys/disabled/${version}/sign`);
  expect(status).toBe(403);
  expect(json).toMatchObject({ error: { innererror: { code: "KeyDisabled" } } });
  expect((await sign("/keys/disabled/sign")).status).toBe(200);
  expect(() => site.vault.setAttributes("disabled", {}, "0".repeat(32))).toThrow("not found");
});

test("without a version the latest signs, for the key of a certificate as well", async () => {
  const old = await site.importLeaf("renewed", "EC-256");
  const latest = await site.importLeaf("renewed", "EC-256");
  const bundle = (await get("/certificates/renewed")).json as { kid: string };
  for (const path of ["/keys/renewed//sign", "/keys/renewed/sign"]) {
    const { kid, value } = (await sign(path)).json as { kid: string; value: string };
    expect(kid).toBe(bundle.kid);
    expect([isSignatureOf(latest.privateKey, value), isSignatureOf(old.privateKey, value)]).toEqual([
      true,
      false,
    ]);
  }
});

test("a name is either a key's or a certificate's", async () => {
  site.vault.createKey({ name: "taken-key", privateKey });
  await expect(site.importLeaf("Taken-Key", "EC-256")).rejects.toThrow("There is a key by the name");
  await site.importLeaf("taken-leaf", "EC-256");
  expect(() => site.vault.createKey({ name: "taken-leaf", privateKey })).toThrow("There is a certificate");
});

test("the SDK signs with it by an identifier without a version", async () => {
  const { keyIdWithoutVersion } = site.vault.createKey({ name: "sdk", privateKey });
  const said = await runSdk(
    site.emulator,
    site.principal,
    `import { EnvironmentCredential } from "@azure/identity";
     import { CryptographyClient } from "@azure/keyvault-keys";
     const key = new CryptographyClient("${keyIdWithoutVersion}", new EnvironmentCredential());
     const { result } = await key.sign("ES256", Buffer.from("${DIGEST.toString("hex")}", "hex"));
     console.log(Buffer.from(result).toString("base64url"));`,
  );
  expect(isSignatureOf(privateKey, said)).toBe(true);
});
