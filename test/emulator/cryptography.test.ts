import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  verify,
  X509Certificate,
} from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
  issueLeaf,
  type KeySpec,
  toPem,
} from "../pki/index.ts";
import { authorize, send } from "./client.ts";
import { type Emulator, type ImportRequest, startEmulator, type Vault } from "./index.ts";

const MESSAGE = Buffer.from("the payload of a signature envelope");
const VERSION = "api-version=7.4";

let emulator: Emulator;
let vault: Vault;
let headers: Readonly<Record<string, string>>;
let root: CertificateAuthority;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cryptography-"));
  emulator = await startEmulator();
  vault = emulator.createVault("myvault");
  const principal = await emulator.createServicePrincipal("client-secret");
  headers = await authorize(emulator, principal);
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"] });
  root = await createCertificateAuthority({ subject: "CN=root" });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

async function importLeaf(name: string, keySpec: KeySpec, changes: Partial<ImportRequest> = {}) {
  const leaf = await issueLeaf({ subject: `CN=${name}`, keySpec, issuer: root });
  vault.importCertificate({ name, privateKey: leaf.privateKey, certificates: leaf.chain, ...changes });
  return leaf;
}

async function signatureOf(name: string, alg: string, digest: Buffer): Promise<Buffer> {
  const body = JSON.stringify({ alg, value: digest.toString("base64url") });
  const url = `${vault.url}/keys/${name}/sign?${VERSION}`;
  const { status, json } = await send(emulator, url, { method: "POST", headers, body });
  expect(status).toBe(200);
  return Buffer.from((json as { value: string }).value, "base64url");
}

describe("signing a digest", () => {
  const cases: readonly (readonly [KeySpec, string, string, "pss" | "pkcs1" | "ecdsa"])[] = [
    ["RSA-2048", "PS256", "sha256", "pss"],
    ["RSA-3072", "PS384", "sha384", "pss"],
    ["RSA-4096", "PS512", "sha512", "pss"],
    ["RSA-2048", "PS512", "sha512", "pss"],
    ["RSA-2048", "RS256", "sha256", "pkcs1"],
    ["RSA-3072", "RS384", "sha384", "pkcs1"],
    ["RSA-2048", "RS512", "sha512", "pkcs1"],
    ["EC-256", "ES256", "sha256", "ecdsa"],
    ["EC-384", "ES384", "sha384", "ecdsa"],
    ["EC-521", "ES512", "sha512", "ecdsa"],
  ];
  test.each([...cases])(
    "%s by %s verifies over the message hashed once",
    async (keySpec, alg, hash, scheme) => {
      const name = `${keySpec}-${alg}`;
      const { certificate } = await importLeaf(name, keySpec);
      const digest = createHash(hash).update(MESSAGE).digest();
      const signature = await signatureOf(name, alg, digest);
      const { publicKey } = new X509Certificate(certificate);
      expect(verifyNatively(publicKey, MESSAGE, signature, hash, scheme)).toBe(true);
      expect(verifyByOpenssl(publicKey, MESSAGE, signature, hash, scheme)).toBe(true);
      // Hashed twice it would verify over the digest as a message; another message must fail.
      expect(verifyNatively(publicKey, digest, signature, hash, scheme)).toBe(false);
      expect(verifyByOpenssl(publicKey, Buffer.from("other"), signature, hash, scheme)).toBe(false);
    },
    30_000,
  );

  test("ECDSA is r||s of the curve's width", async () => {
    const widths = {
      "EC-256": [64, "ES256", 32],
      "EC-384": [96, "ES384", 48],
      "EC-521": [132, "ES512", 64],
    } as const;
    for (const [keySpec, [width, alg, length]] of Object.entries(widths)) {
      await importLeaf(`width-${keySpec}`, keySpec as KeySpec);
      expect(await signatureOf(`width-${keySpec}`, alg, Buffer.alloc(length, 1))).toHaveLength(width);
    }
  });
});

function verifyNatively(
  key: KeyObject,
  message: Buffer,
  signature: Buffer,
  hash: string,
  scheme: string,
): boolean {
  if (scheme === "ecdsa") {
    return verify(hash, message, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
  const padding = scheme === "pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = createHash(hash).digest().length;
  return verify(hash, message, { key, padding, ...(scheme === "pss" && { saltLength }) }, signature);
}

function verifyByOpenssl(
  key: KeyObject,
  message: Buffer,
  signature: Buffer,
  hash: string,
  scheme: string,
): boolean {
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const pem = file("public.pem", key.export({ format: "pem", type: "spki" }));
  const signed = file("signature", scheme === "ecdsa" ? toDerSignature(signature) : signature);
  const options = scheme === "pss" ? ["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"] : [];
  const args = ["dgst", `-${hash}`, "-verify", pem, ...options.flatMap((option) => ["-sigopt", option])];
  try {
    execFileSync("openssl", [...args, "-signature", signed], { input: message, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** ECDSA-Sig-Value, which openssl wants: RFC 3279, section 2.2.3. */
function toDerSignature(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const integers = [signature.subarray(0, half), signature.subarray(half)].map((bytes) => {
    const hex = bytes.toString("hex").replace(/^(?:00)+(?=..)/, "");
    const value = Buffer.from(/^[89a-f]/.test(hex) ? `00${hex}` : hex, "hex");
    return Buffer.concat([Buffer.of(0x02, value.length), value]);
  });
  const content = Buffer.concat(integers);
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x81, content.length);
  return Buffer.concat([Buffer.of(0x30), length, content]);
}

describe("the secret", () => {
  async function secretOf(name: string) {
    const { json } = await send(emulator, `${vault.url}/secrets/${name}?${VERSION}`, { headers });
    return json as { value: string; contentType: string };
  }

  function readPkcs12(value: string, ...args: readonly string[]): { text: string; info: string } {
    const file = join(folder, "bundle.pfx");
    const report = join(folder, "report.txt");
    writeFileSync(file, Buffer.from(value, "base64"));
    const options = ["pkcs12", "-in", file, "-passin", "pass:", "-legacy", "-info", "-nodes", ...args];
    const text = execFileSync("sh", ["-c", `openssl "$@" 2> "${report}"`, "openssl", ...options]).toString();
    return { text, info: execFileSync("cat", [report]).toString() };
  }

  const fingerprints = (pem: string) =>
    (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (certificate) => new X509Certificate(certificate).fingerprint256,
    );
  const expected = (certificates: readonly Uint8Array[]) => fingerprints(toPem(...certificates));

  test.each(["RSA-2048", "EC-256", "EC-521"] as const)(
    "of %s is PKCS#12 as the vault makes it",
    async (keySpec) => {
      const name = `pfx-${keySpec}`;
      const leaf = await importLeaf(name, keySpec);
      const { value, contentType } = await secretOf(name);
      expect(contentType).toBe("application/x-pkcs12");
      const { text, info } = readPkcs12(value);
      expect(info).toContain("MAC: sha1, Iteration 2000");
      expect(info).toContain("Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000");
      expect(info).toContain("PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000");
      expect(fingerprints(text)).toEqual(expected(leaf.chain));
      const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text)?.[0] ?? "";
      expect(exported(createPrivateKey(key))).toBe(exported(leaf.privateKey));
    },
  );

  test("has a NULL password, which is not the empty one", async () => {
    await importLeaf("null-password", "EC-256");
    const { value } = await secretOf("null-password");
    // openssl's -passin pass: tries both; a library that is given the empty string encodes it as two zero bytes.
    const forge = (await import("node-forge")).default;
    const asn1 = forge.asn1.fromDer(forge.util.decode64(value));
    expect(() => forge.pkcs12.pkcs12FromAsn1(asn1, false, "")).toThrow("MAC");
  });

  test("of an RSA key is read by node-forge with a null password", async () => {
    const leaf = await importLeaf("forge", "RSA-2048");
    const forge = (await import("node-forge")).default;
    const asn1 = forge.asn1.fromDer(forge.util.decode64((await secretOf("forge")).value));
    // node-forge takes a missing password for NULL.
    const bundle = forge.pkcs12.pkcs12FromAsn1(asn1, false);
    const { pkcs8ShroudedKeyBag: oid = "" } = forge.pki.oids;
    const [bag] = bundle.getBags({ bagType: oid })[oid] ?? [];
    const pem = forge.pki.privateKeyToPem(bag?.key as import("node-forge").pki.rsa.PrivateKey);
    expect(exported(createPrivateKey(pem))).toBe(exported(leaf.privateKey));
  });

  test("keeps the certificates in the order of the import", async () => {
    const leaf = await issueLeaf({ subject: "CN=order", issuer: root });
    const certificates = [...leaf.chain].reverse();
    const { privateKey, certificate } = leaf;
    vault.importCertificate({ name: "order", privateKey, certificates, leaf: certificate });
    expect(fingerprints(readPkcs12((await secretOf("order")).value).text)).toEqual(expected(certificates));
  });

  test("without an exportable key holds certificates alone", async () => {
    const pfx = await importLeaf("sealed", "EC-256", { exportable: false });
    const { text, info } = readPkcs12((await secretOf("sealed")).value);
    expect(text + info).not.toMatch(/PRIVATE KEY|Keybag/);
    expect(fingerprints(text)).toEqual(expected(pfx.chain));
    const contentType = "application/x-pem-file";
    const pem = await importLeaf("sealed-pem", "EC-256", { exportable: false, contentType });
    expect((await secretOf("sealed-pem")).value).toBe(toPem(...pem.chain));
  });

  test("as PEM begins with the private key", async () => {
    const leaf: IssuedCertificate = await importLeaf("pem", "RSA-2048", {
      contentType: "application/x-pem-file",
    });
    const { value, contentType } = await secretOf("pem");
    expect(contentType).toBe("application/x-pem-file");
    expect(value).toStartWith("-----BEGIN PRIVATE KEY-----\n");
    expect(exported(createPrivateKey(value))).toBe(exported(leaf.privateKey));
    expect(value).toEndWith(toPem(...leaf.chain));
  });

  test("of another tool is kept as it is", async () => {
    await importLeaf("foreign", "EC-256", { secretValue: "whatever it was" });
    expect((await secretOf("foreign")).value).toBe("whatever it was");
  });
});

function exported(key: KeyObject): string {
  return key.export({ format: "der", type: "pkcs8" }).toString("hex");
}
