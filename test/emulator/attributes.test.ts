/** What the attributes of a certificate do to it, its key and its secret. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { runSdk, send } from "./client.ts";
import type { CertificateVersion, ObjectAttributes } from "./index.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

const DIGEST = Buffer.alloc(32, 7).toString("base64url");
const HOUR = 3600;

let site: SigningVault;

beforeAll(async () => {
  site = await openSigningVault();
  site.vault.setAccessPolicy(site.principal, {
    keys: ["sign", "get"],
    secrets: ["get"],
    certificates: ["get", "list"],
  });
});
afterAll(async () => await site.close());

async function importLeaf(name: string, attributes?: ObjectAttributes): Promise<CertificateVersion> {
  const { privateKey, chain } = await site.importLeaf(name, "EC-256");
  const version = site.vault.importCertificate({ name, privateKey, certificates: chain });
  if (attributes) {
    site.vault.setAttributes(name, attributes);
  }
  return version;
}

async function get(path: string) {
  return await send(site.emulator, `${site.vault.url}${path}?${VERSION}`, { headers: site.headers });
}

async function sign(name: string, version = "") {
  return await send(site.emulator, `${site.vault.url}/keys/${name}/${version}/sign?${VERSION}`, {
    method: "POST",
    headers: site.headers,
    body: JSON.stringify({ alg: "ES256", value: DIGEST }),
  });
}

const refusal = (code: string, message: string) => ({
  status: 403,
  json: { error: { code: "Forbidden", message, innererror: { code } } },
});

const nowSeconds = () => Math.floor(Date.now() / 1000);

describe("a disabled certificate", () => {
  test("is shown as disabled; its secret and its key are refused", async () => {
    await importLeaf("disabled", { enabled: false });
    const { status, json } = await get("/certificates/disabled");
    expect(status).toBe(200);
    expect(json).toMatchObject({ attributes: { enabled: false }, cer: expect.any(String) });
    expect(await get("/secrets/disabled")).toMatchObject(
      refusal("SecretDisabled", "Operation get is not allowed on a disabled secret."),
    );
    expect(await sign("disabled")).toMatchObject(
      refusal("KeyDisabled", "Operation sign is not allowed on a disabled key."),
    );
    expect((await get("/keys/disabled")).status).toBe(403);
    const list = (await get("/certificates")).json as { value: { id: string; attributes: object }[] };
    const item = list.value.find(({ id }) => id.endsWith("/disabled"));
    expect(item?.attributes).toMatchObject({ enabled: false });
  });

  test("works again once it is enabled", async () => {
    await importLeaf("enabled", { enabled: false });
    site.vault.setAttributes("Enabled", { enabled: true });
    expect((await get("/secrets/enabled")).status).toBe(200);
    expect((await sign("enabled")).status).toBe(200);
  });

  test("is one version only, and the latest stays the latest", async () => {
    const first = await importLeaf("versions");
    const second = await importLeaf("versions");
    site.vault.setAttributes("versions", { enabled: false }, first.version);
    expect((await get(`/secrets/versions/${first.version}`)).status).toBe(403);
    expect((await get("/secrets/versions")).json).toMatchObject({ id: second.secretId });
    site.vault.setAttributes("versions", { enabled: false });
    expect((await get("/secrets/versions")).status).toBe(403);
    expect((await get("/certificates/versions")).json).toMatchObject({ id: second.certificateId });
    site.vault.setAttributes("versions", { enabled: true }, first.version);
    expect((await sign("versions", first.version)).status).toBe(200);
    expect((await sign("versions")).status).toBe(403);
  });

  test("is found after permission is, and before the request is looked at", async () => {
    await importLeaf("order", { enabled: false });
    const stranger = site.emulator.createVault("stranger");
    const { json } = await send(site.emulator, `${stranger.url}/secrets/order?${VERSION}`, {
      headers: site.headers,
    });
    expect(json).toMatchObject({ error: { innererror: { code: "AccessDenied" } } });
    expect((await get("/secrets/missing")).status).toBe(404);
  });

  test("is what the SDK reports", async () => {
    await importLeaf("reported", { enabled: false });
    const said = await runSdk(
      site.emulator,
      site.principal,
      `import { EnvironmentCredential } from "@azure/identity";
       import { CertificateClient } from "@azure/keyvault-certificates";
       import { CryptographyClient } from "@azure/keyvault-keys";
       import { SecretClient } from "@azure/keyvault-secrets";
       const credential = new EnvironmentCredential();
       const url = "${site.vault.url}";
       const certificate = await new CertificateClient(url, credential).getCertificate("reported");
       const report = (error) => [error.statusCode, error.message];
       const secret = await new SecretClient(url, credential).getSecret("reported").catch(report);
       const key = new CryptographyClient(certificate.keyId, credential);
       const signature = await key.sign("ES256", new Uint8Array(32)).catch(report);
       console.log(JSON.stringify([certificate.properties.enabled, secret, signature]));`,
    );
    expect(JSON.parse(said)).toEqual([
      false,
      [403, "Operation get is not allowed on a disabled secret."],
      [403, "Operation sign is not allowed on a disabled key."],
    ]);
  });
});

describe("outside its dates", () => {
  test.each([
    ["expired", { expires: nowSeconds() - HOUR }, "Operation sign is not allowed on an expired key."],
    [
      "not-yet-valid",
      { notBefore: nowSeconds() + HOUR },
      "Operation sign is not allowed on a key that is not yet valid.",
    ],
  ])(
    "a certificate that is %s can be read with its secret and key, but signs nothing",
    async (name, dates, message) => {
      await importLeaf(name, dates);
      const shown = { ...("expires" in dates ? { exp: dates.expires } : { nbf: dates.notBefore }) };
      for (const kind of ["certificates", "secrets", "keys"]) {
        const { status, json } = await get(`/${kind}/${name}`);
        expect(status).toBe(200);
        expect(json).toMatchObject({ attributes: { enabled: true, ...shown } });
      }
      expect(await sign(name)).toMatchObject(refusal("KeyOperationForbidden", message));
    },
  );

  test("what is not named stays as the certificate says", async () => {
    await importLeaf("dates");
    const before = ((await get("/certificates/dates")).json as { attributes: Record<string, number> })
      .attributes;
    site.vault.setAttributes("dates", { expires: 4_000_000_000 });
    const after = ((await get("/certificates/dates")).json as { attributes: Record<string, number> })
      .attributes;
    expect(after).toMatchObject({ nbf: before["nbf"], created: before["created"], exp: 4_000_000_000 });
  });
});

describe("a key", () => {
  test("without the operation does not sign, and says what it may do", async () => {
    await importLeaf("verifier", { keyOperations: ["verify"] });
    expect((await get("/keys/verifier")).json).toMatchObject({ key: { key_ops: ["verify"] } });
    expect(await sign("verifier")).toMatchObject(
      refusal("KeyOperationForbidden", "Operation sign is not permitted on this key."),
    );
    expect((await get("/secrets/verifier")).status).toBe(200);
    site.vault.setAttributes("verifier", { keyOperations: ["sign"] });
    expect((await sign("verifier")).status).toBe(200);
  });
});

test("the attributes of what does not exist cannot be set", async () => {
  await importLeaf("existing");
  expect(() => site.vault.setAttributes("nothing", { enabled: false })).toThrow("nothing was not found");
  expect(() => site.vault.setAttributes("existing", { enabled: false }, "0".repeat(32))).toThrow("not found");
  expect((await get("/secrets/existing")).status).toBe(200);
});
