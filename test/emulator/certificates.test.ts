/** Making certificates in a vault, without the Azure CLI: what the service checks and shows. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import {
  createCertificateAuthority,
  issueFromRequest,
  issueLeaf,
  privateKeyToPem,
  toPem,
} from "../pki/index.ts";
import { authorize, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator, type Vault } from "./index.ts";

const VERSION = "api-version=7.4";
const SUBJECT = "C=US, ST=WA, O=Example, CN=signer";

let emulator: Emulator;
let vault: Vault;
let headers: Readonly<Record<string, string>>;

beforeAll(async () => {
  emulator = await startEmulator();
  const principal: Principal = await emulator.createServicePrincipal("client-secret");
  vault = emulator.createVault("MyVault");
  vault.setAccessPolicy(principal, {
    keys: ["get", "sign"],
    secrets: ["get"],
    certificates: ["create", "delete", "get", "import", "list"],
  });
  headers = await authorize(emulator, principal);
});
afterAll(async () => await emulator.close());

interface Shown {
  readonly csr: string;
  readonly kid: string;
  readonly cer?: string;
  readonly status: string;
  readonly target?: string;
  readonly policy: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly innererror?: { readonly code: string };
  };
}

async function call(method: string, path: string, body?: unknown) {
  const options = { method, headers, body: body === undefined ? "" : JSON.stringify(body) };
  const answer = await send(emulator, `${vault.url}${path}?${VERSION}`, options);
  return { status: answer.status, headers: answer.headers, json: (answer.json ?? {}) as Shown };
}

async function create(name: string, key: object, more: object = {}) {
  const policy = { key_props: key, x509_props: { subject: SUBJECT }, issuer: { name: "Unknown" }, ...more };
  return await call("POST", `/certificates/${name}/create`, { policy });
}

describe("creating", () => {
  test("answers 202 with the request, and where to look after it", async () => {
    const { status, json, headers: sent } = await create("begun", { kty: "EC", crv: "P-384" });
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: "inProgress", issuer: { name: "Unknown" } });
    expect(sent["location"]).toMatch(
      /\/certificates\/begun\/pending\?api-version=7\.4&request_id=[0-9a-f]{32}$/,
    );
    const shown = await call("GET", "/certificates/begun");
    expect(shown.json).toMatchObject({
      attributes: { enabled: false },
      policy: { key_props: { kty: "EC", crv: "P-384", exportable: true } },
    });
    expect(shown.json.cer).toBeUndefined();
    const signed = await call("POST", "/keys/begun/sign", { alg: "ES384", value: "AAAA" });
    expect([signed.status, signed.json.error]).toEqual([
      403,
      expect.objectContaining({
        message: "Operation sign is not allowed on a disabled key.",
        innererror: { code: "KeyDisabled" },
      }),
    ]);
  });

  test("a self-signed certificate is completed at the next look, with a TLS server's usages by default", async () => {
    const begun = await create("self-signed", { kty: "RSA" }, { issuer: { name: "Self" } });
    expect(begun.json.status).toBe("inProgress");
    const { json } = await call("GET", "/certificates/self-signed/pending");
    expect(json).toMatchObject({ status: "completed", target: `${vault.url}/certificates/self-signed` });
    const { policy } = (await call("GET", "/certificates/self-signed")).json;
    expect(policy["x509_props"]).toMatchObject({
      ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      key_usage: ["digitalSignature", "keyEncipherment"],
      validity_months: 12,
    });
    expect(policy["key_props"]).toMatchObject({ kty: "RSA", key_size: 2048 });
  });

  test("a key in hardware says so, and never leaves the vault", async () => {
    const self = { issuer: { name: "Self" } };
    const refused = await create("hardware", { kty: "EC-HSM", crv: "P-256", exportable: true }, self);
    expect(refused.json.error?.message).toContain("exportable");
    await create("hardware", { kty: "EC-HSM", crv: "P-256" }, self);
    expect((await call("GET", "/keys/hardware")).json).toMatchObject({
      key: { kty: "EC-HSM", crv: "P-256" },
    });
    const value = Buffer.alloc(32, 7).toString("base64url");
    expect((await call("POST", "/keys/hardware/sign", { alg: "ES256", value })).status).toBe(200);
  });

  test("a renewal makes a new key, unless the policy reuses the old one", async () => {
    const keys: string[] = [];
    for (const reuse_key of [false, false, true]) {
      await create("renewed", { kty: "EC", crv: "P-256", reuse_key }, { issuer: { name: "Self" } });
      const { cer = "" } = (await call("GET", "/certificates/renewed")).json;
      const { publicKey } = new X509Certificate(Buffer.from(cer, "base64"));
      keys.push(publicKey.export({ format: "der", type: "spki" }).toString("hex"));
    }
    expect([keys[0] === keys[1], keys[1] === keys[2]]).toEqual([false, true]);
  });

  test.each([
    ["no key of that kind", { kty: "oct" }, {}, "kty"],
    ["no key of that size", { kty: "RSA", key_size: 1024 }, {}, "key_size"],
    ["no key on that curve", { kty: "EC", crv: "P-256K" }, {}, "crv"],
    ["no subject", {}, { x509_props: {} }, "subject"],
    ["no such key usage", {}, { x509_props: { subject: SUBJECT, key_usage: ["all"] } }, "key_usage"],
    ["no such content type", {}, { secret_props: { contentType: "text/plain" } }, "contentType"],
    ["an issuer that the vault does not know", {}, { issuer: { name: "GlobalSign" } }, "GlobalSign"],
  ])("is refused with %s", async (_, key, more, culprit) => {
    const { status, json } = await create("refused", key, more);
    expect([status, json.error?.code]).toEqual([400, "BadParameter"]);
    expect(json.error?.message).toContain(culprit);
  });
});

describe("merging", () => {
  test("takes the chain in any order, answers 201, and is over then", async () => {
    const root = await createCertificateAuthority({ subject: "CN=root" });
    const issuer = await createCertificateAuthority({ subject: "CN=issuing", issuer: root });
    const content = { secret_props: { contentType: "application/x-pem-file" } };
    for (const order of [(x: readonly unknown[]) => [...x], (x: readonly unknown[]) => x.toReversed()]) {
      const { csr } = (await create("merged", { kty: "EC", crv: "P-256" }, content)).json;
      const { chain, certificate } = await issueFromRequest({ request: csr, issuer });
      const x5c = order(chain.map((der) => Buffer.from(der).toString("base64")));
      const merged = await call("POST", "/certificates/merged/pending/merge", { x5c });
      expect(merged.status).toBe(201);
      expect(merged.json.cer).toBe(Buffer.from(certificate).toString("base64"));
      const { json } = await call("GET", "/secrets/merged");
      expect((json as unknown as { value: string }).value).toEndWith(toPem(...chain.toReversed()));
      expect((await call("POST", "/certificates/merged/pending/merge", { x5c })).status).toBe(404);
    }
    const { json } = await call("GET", "/certificates/merged/versions");
    expect((json as unknown as { value: unknown[] }).value).toHaveLength(2);
  });

  test.each([[undefined], [[]], [[7]], [["AAAA"]]])("of %p is refused", async (x5c) => {
    await create("unmerged", { kty: "EC" });
    const { status, json } = await call("POST", "/certificates/unmerged/pending/merge", { x5c });
    expect([status, json.error?.code]).toEqual([400, "BadParameter"]);
  });
});

describe("importing", () => {
  test("takes PEM as it is, by the policy's word that it is PEM", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const leaf = await issueLeaf({ subject: SUBJECT, issuer });
    const value = privateKeyToPem(leaf.privateKey) + toPem(...leaf.chain);
    const policy = (contentType: string) => ({
      secret_props: { contentType },
      key_props: { exportable: false },
    });
    const wrong = { value, policy: policy("application/x-pkcs12") };
    expect((await call("POST", "/certificates/imported/import", wrong)).status).toBe(400);
    const right = { value, policy: policy("application/x-pem-file") };
    const { status, json } = await call("POST", "/certificates/imported/import", right);
    expect(status).toBe(200);
    expect(json.policy["x509_props"]).toMatchObject({
      ekus: ["1.3.6.1.5.5.7.3.3"],
      key_usage: ["digitalSignature"],
    });
    const secret = (await call("GET", "/secrets/imported")).json as unknown as { value: string };
    expect(secret.value).toBe(toPem(...leaf.chain));
  });

  test("of anything else is refused", async () => {
    for (const value of ["", "AAAA", "-----BEGIN CERTIFICATE-----", undefined]) {
      const { status, json } = await call("POST", "/certificates/x/import", { value });
      expect([status, json.error?.code]).toEqual([400, "BadParameter"]);
    }
  });
});
