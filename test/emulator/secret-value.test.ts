import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IssuedCertificate, issueLeaf, toPem } from "../pki/index.ts";
import { send } from "./client.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

let signing: SigningVault;

beforeAll(async () => {
  signing = await openSigningVault();
});

afterAll(() => signing.close());

describe("the secret", () => {
  async function secretOf(name: string) {
    const { json } = await send(signing.emulator, `${signing.vault.url}/secrets/${name}?${VERSION}`, {
      headers: signing.headers,
    });
    return json as { value: string; contentType: string };
  }

  function readPkcs12(value: string, ...args: readonly string[]): { text: string; info: string } {
    const file = join(signing.folder, "bundle.pfx");
    const report = join(signing.folder, "report.txt");
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
      const leaf = await signing.importLeaf(name, keySpec);
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
    await signing.importLeaf("null-password", "EC-256");
    const { value } = await secretOf("null-password");
    // openssl's -passin pass: tries both; a library that is given the empty string encodes it as two zero bytes.
    const forge = (await import("node-forge")).default;
    const asn1 = forge.asn1.fromDer(forge.util.decode64(value));
    expect(() => forge.pkcs12.pkcs12FromAsn1(asn1, false, "")).toThrow("MAC");
  });

  test("of an RSA key is read by node-forge with a null password", async () => {
    const leaf = await signing.importLeaf("forge", "RSA-2048");
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
    const leaf = await issueLeaf({ subject: "CN=order", issuer: signing.root });
    const certificates = [...leaf.chain].reverse();
    const { privateKey, certificate } = leaf;
    signing.vault.importCertificate({ name: "order", privateKey, certificates, leaf: certificate });
    expect(fingerprints(readPkcs12((await secretOf("order")).value).text)).toEqual(expected(certificates));
  });

  test("without an exportable key holds certificates alone", async () => {
    const pfx = await signing.importLeaf("sealed", "EC-256", { exportable: false });
    const { text, info } = readPkcs12((await secretOf("sealed")).value);
    expect(text + info).not.toMatch(/PRIVATE KEY|Keybag/);
    expect(fingerprints(text)).toEqual(expected(pfx.chain));
    const contentType = "application/x-pem-file";
    const pem = await signing.importLeaf("sealed-pem", "EC-256", { exportable: false, contentType });
    expect((await secretOf("sealed-pem")).value).toBe(toPem(...pem.chain));
  });

  test("as PEM begins with the private key", async () => {
    const leaf: IssuedCertificate = await signing.importLeaf("pem", "RSA-2048", {
      contentType: "application/x-pem-file",
    });
    const { value, contentType } = await secretOf("pem");
    expect(contentType).toBe("application/x-pem-file");
    expect(value).toStartWith("-----BEGIN PRIVATE KEY-----\n");
    expect(exported(createPrivateKey(value))).toBe(exported(leaf.privateKey));
    expect(value).toEndWith(toPem(...leaf.chain));
  });

  test("of another tool is kept as it is", async () => {
    await signing.importLeaf("foreign", "EC-256", { secretValue: "whatever it was" });
    expect((await secretOf("foreign")).value).toBe("whatever it was");
  });
});
function exported(key: KeyObject): string {
  return key.export({ format: "der", type: "pkcs8" }).toString("hex");
}
