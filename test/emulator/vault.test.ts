import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createPublicKey } from "node:crypto";
import { type CertificateAuthority, createCertificateAuthority, issueLeaf } from "../pki/index.ts";
import { authorize, send } from "./client.ts";
import {
  type CertificateVersion,
  type Emulator,
  type Principal,
  startEmulator,
  type Vault,
} from "./index.ts";

const VERSION = "api-version=7.4";

let emulator: Emulator;
let principal: Principal;
let headers: Readonly<Record<string, string>>;
let root: CertificateAuthority;
let vault: Vault;
let signer: CertificateVersion;

beforeAll(async () => {
  emulator = await startEmulator();
  principal = await emulator.createServicePrincipal("client-secret");
  headers = await authorize(emulator, principal);
  root = await createCertificateAuthority({ subject: "CN=root" });
  vault = emulator.createVault("MyVault");
  vault.setAccessPolicy(principal, { keys: ["sign", "get"], secrets: ["get"], certificates: ["get"] });
  signer = await importLeaf(vault, "signer");
});
afterAll(async () => await emulator.close());

async function importLeaf(target: Vault, name: string, dates: { notBefore?: Date; notAfter?: Date } = {}) {
  const leaf = await issueLeaf({ subject: `CN=${name}`, issuer: root, ...dates });
  return target.importCertificate({ name, privateKey: leaf.privateKey, certificates: leaf.chain });
}

async function get(path: string, target = vault) {
  return await send(emulator, `${target.url}${path}?${VERSION}`, { headers });
}

async function sign(path: string, body: unknown, target = vault) {
  const options = { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) };
  return await send(emulator, `${target.url}${path}?${VERSION}`, options);
}

const digest = Buffer.alloc(32, 7).toString("base64url");

describe("reading", () => {
  test("a certificate shows the leaf alone, and its policy only as the latest version", async () => {
    const { status, json, headers: sent } = await get("/certificates/signer/");
    const bundle = json as Record<string, unknown>;
    expect(status).toBe(200);
    expect(bundle).toMatchObject({
      id: signer.certificateId,
      kid: signer.keyId,
      sid: signer.secretId,
      contentType: "application/x-pkcs12",
      attributes: { enabled: true },
      policy: { issuer: { name: "Unknown" }, key_props: { kty: "EC", crv: "P-256" } },
    });
    expect(sent).toMatchObject({
      "x-ms-keyvault-region": "westeurope",
      "content-type": "application/json; charset=utf-8",
    });
    expect(sent["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent["x-ms-keyvault-service-version"]).toBeDefined();
    const versioned = await get(`/certificates/signer/${signer.version}`);
    expect(versioned.json).not.toHaveProperty("policy");
    expect(versioned.json).toMatchObject({ id: signer.certificateId });
  });

  test("a key shows its public half alone", async () => {
    const { json } = await get(`/keys/signer/${signer.version}`);
    const { key, managed } = json as { key: JsonWebKey; managed: boolean };
    expect(managed).toBe(true);
    expect(key).toMatchObject({ kid: signer.keyId, kty: "EC", crv: "P-256", key_ops: ["sign", "verify"] });
    expect(key).not.toHaveProperty("d");
    expect(() => createPublicKey({ key: { ...key }, format: "jwk" })).not.toThrow();
  });

  test("names are case-insensitive, and ids keep the first spelling", async () => {
    expect((await get("/Certificates/SIGNER")).json).toMatchObject({ id: signer.certificateId });
  });

  test("a new version is the latest, and the old one remains", async () => {
    const first = await importLeaf(vault, "renewed");
    const second = await importLeaf(vault, "Renewed");
    expect(second.keyId).toMatch(/^https:\/\/myvault\.vault\.azure\.net\/keys\/renewed\/[0-9a-f]{32}$/);
    expect((await get("/keys/renewed")).json).toMatchObject({ key: { kid: second.keyId } });
    expect((await get("/secrets/renewed/")).json).toMatchObject({ id: second.secretId, kid: second.keyId });
    expect((await get(`/secrets/renewed/${first.version}`)).json).toMatchObject({ id: first.secretId });
    const answer = await sign("/keys/renewed//sign", { alg: "ES256", value: digest });
    expect(answer.json).toMatchObject({ kid: second.keyId });
  });
});

describe("refusals", () => {
  const unknown = "0".repeat(32);
  test.each([
    [
      "/certificates/missing",
      404,
      "CertificateNotFound",
      "A certificate with (name/id) missing was not found in this key vault. If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182",
    ],
    ["/secrets/missing", 404, "SecretNotFound", "A secret with (name/id) missing was not found"],
    ["/keys/missing/", 404, "KeyNotFound", "A key with (name/id) missing was not found"],
    [`/keys/signer/${unknown}`, 404, "KeyNotFound", `A key with (name/id) signer/${unknown} was not found`],
    ["/keys/not_a_name", 400, "BadParameter", "The request URI contains an invalid name: not_a_name"],
    ["/keys/signer/latest", 400, "BadParameter", "Method GET does not allow operation 'latest'"],
    [`/keys/signer/${"A".repeat(32)}`, 400, "BadParameter", "Method GET does not allow operation"],
    ["/elsewhere", 404, "NotFound", "The requested resource was not found."],
  ])("GET %s is %d %s", async (path, status, code, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error: { code } });
    expect(messageOf(answer.json)).toStartWith(message);
  });

  test("a missing or unknown api-version is a bad parameter", async () => {
    for (const query of ["", "?api-version=", "?api-version=6.0"]) {
      const { status, json } = await send(emulator, `${vault.url}/keys/signer${query}`, { headers });
      expect(status).toBe(400);
      expect(json).toMatchObject({ error: { code: "BadParameter" } });
    }
  });

  test("other methods are not allowed", async () => {
    for (const [method, path] of [
      ["DELETE", "/keys/signer"],
      ["PUT", "/secrets/signer"],
      ["GET", `/keys/signer/${signer.version}/sign`],
    ] as const) {
      expect((await send(emulator, `${vault.url}${path}?${VERSION}`, { method, headers })).status).toBe(405);
    }
  });

  test.each([
    ["RS256 of an EC key", { alg: "RS256", value: digest }, "Key and signing algorithm are incompatible."],
    [
      "another curve's algorithm",
      { alg: "ES384", value: digest },
      "Key and signing algorithm are incompatible.",
    ],
    [
      "a digest of the wrong length",
      { alg: "ES256", value: "AAAA" },
      "Invalid length of 'value': 3 bytes. ES256 requires 32 bytes, encoded with base64url.",
    ],
    ["an unknown algorithm", { alg: "none", value: digest }, "Property alg has invalid value"],
    ["a name that every object has", { alg: "constructor", value: digest }, "Property alg has invalid value"],
    ["standard base64", { alg: "ES256", value: `${"+/".repeat(21)}A=` }, "Property value has invalid value"],
    ["no body", "", "Required Body is missing or empty."],
  ])("signing with %s is a bad parameter", async (_, body, message) => {
    const { status, json } = await sign(`/keys/signer/${signer.version}/sign`, body);
    expect(status).toBe(400);
    expect(messageOf(json)).toStartWith(message);
  });

  test("a key does not sign outside its certificate's dates, but can be read", async () => {
    const now = Date.now();
    const hour = 3_600_000;
    const expired = await importLeaf(vault, "expired", {
      notBefore: new Date(now - 2 * hour),
      notAfter: new Date(now - hour),
    });
    const future = await importLeaf(vault, "future", { notBefore: new Date(now + hour) });
    for (const { name, version } of [expired, future]) {
      const { status, json } = await sign(`/keys/${name}/${version}/sign`, { alg: "ES256", value: digest });
      expect(status).toBe(403);
      expect(json).toMatchObject({
        error: { code: "Forbidden", innererror: { code: "KeyOperationForbidden" } },
      });
      expect((await get(`/secrets/${name}`)).status).toBe(200);
    }
  });
});

describe("importing", () => {
  test("refuses what the service would refuse", async () => {
    const leaf = await issueLeaf({ subject: "CN=leaf", issuer: root });
    const [certificate] = leaf.chain;
    const { privateKey } = leaf;
    const certificates = [...leaf.chain].reverse();
    const add = (changes: object) => () =>
      vault.importCertificate({ name: "import", privateKey, certificates: leaf.chain, ...changes });
    expect(add({ name: "under_score" })).toThrow(RangeError);
    expect(add({ certificates: [] })).toThrow(RangeError);
    expect(add({ privateKey: root.privateKey })).toThrow("not that of the certificate");
    expect(add({ certificates })).toThrow("set leaf");
    expect(add({ certificates, leaf: certificate })).not.toThrow();
    const { json } = await get("/certificates/import");
    expect(json).toMatchObject({ cer: Buffer.from(leaf.certificate).toString("base64") });
  });

  test("a vault's name exists once, and is one that Azure would take", () => {
    expect(() => emulator.createVault("myvault")).toThrow("exists already");
    for (const name of ["ab", "1vault", "my--vault", "vault-", "a".repeat(25), "my_vault"]) {
      expect(() => emulator.createVault(name)).toThrow(RangeError);
    }
  });
});

test("the log holds neither tokens nor secrets", async () => {
  await get("/secrets/signer");
  const { Authorization = "" } = headers;
  const text = JSON.stringify(emulator.log.map(({ principal: _, ...entry }) => entry));
  expect(text).not.toContain(Authorization.slice("Bearer ".length));
  expect(text).not.toContain(principal.environment["AZURE_CLIENT_SECRET"] ?? "unset");
  const { value } = (await get("/secrets/signer")).json as { value: string };
  expect(text).not.toContain(value.slice(0, 40));
});

function messageOf(json: unknown): string {
  return (json as { error: { message: string } }).error.message;
}
