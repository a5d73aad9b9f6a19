import "reflect-metadata";
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { type ShapedContent, shapeCertificate, utf8Name } from "./shaped.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const CONTENT: ShapedContent = {
  subject: "C=US, O=Example, CN=signer",
  subjectKey: privateKey,
  notBefore: new Date("2026-01-02T03:04:05Z"),
  notAfter: new Date("2027-01-02T03:04:05Z"),
  extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
};

/** What `openssl` says of it. */
function describeCertificate(der: Uint8Array): string {
  return execFileSync("openssl", ["x509", "-inform", "DER", "-noout", "-text"], { input: der }).toString();
}

describe("a shaped certificate", () => {
  test("is what it was asked to be, and verifies", () => {
    const der = shapeCertificate(CONTENT);
    const parsed = new X509Certificate(der);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    const text = describeCertificate(der);
    expect(text).toContain("Subject: C = US, O = Example, CN = signer");
    expect(text).toContain("Not Before: Jan  2 03:04:05 2026 GMT");
    expect(text).toContain("X509v3 Key Usage: critical\n                Digital Signature\n");
    expect(text).toContain("X509v3 Authority Key Identifier");
  });

  test("may have a negative serial number, no key identifiers, and an extension twice", () => {
    const [extension] = CONTENT.extensions;
    const extensions = [extension, extension].flatMap((each) => each ?? []);
    const serialNumber = Buffer.of(0xff, 0x01);
    const text = describeCertificate(
      shapeCertificate({ ...CONTENT, extensions, serialNumber, keyIdentifiers: false }),
    );
    expect(text).toContain("Serial Number: -255");
    expect(text).not.toContain("Key Identifier");
    expect(text.match(/X509v3 Key Usage/g)).toHaveLength(2);
  });

  test("may name its issuer in another encoding, and be of a public key alone", () => {
    const publicKey = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
    const name = utf8Name([
      ["C", "US"],
      ["CN", "CA"],
    ]);
    const der = shapeCertificate({ ...CONTENT, subjectKey: publicKey }, { name, privateKey });
    expect(describeCertificate(der)).toMatch(/Issuer: C = US, CN = CA\n.*Public Key Algorithm: ED25519/s);
    expect(Buffer.from(der).includes(name)).toBe(true);
    expect(() => shapeCertificate({ ...CONTENT, subjectKey: publicKey })).toThrow("signs nothing");
  });

  test.each([
    ["ecdsa-with-SHA1", "ec", { kind: "sha1" }, ""],
    ["sha1WithRSAEncryption", "rsa", { kind: "sha1" }, ""],
    ["sha256WithRSAEncryption", "rsa", undefined, ""],
    ["rsassaPss", "rsa", { kind: "rsa-pss", saltLength: 32 }, "Salt Length: 0x20"],
    ["rsassaPss", "rsa", { kind: "rsa-pss", saltLength: 20 }, "Salt Length: 0x14"],
  ] as const)("may be signed by %s with a key of %s", (algorithm, type, signature, parameters) => {
    const subjectKey =
      type === "ec" ? privateKey : generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const text = describeCertificate(shapeCertificate({ ...CONTENT, subjectKey, signature }));
    expect(text).toContain(`Signature Algorithm: ${algorithm}`);
    expect(text).toContain(parameters);
  });
});
