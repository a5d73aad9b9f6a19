import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { type KeyObject, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createCertificateAuthority,
  createCertificateRequest,
  createSelfSigned,
  generatePrivateKey,
  issueFromRequest,
  issueLeaf,
  KEY_SPECS,
  toPem,
} from "./index.ts";

/** What `openssl x509 -text` says of a certificate. */
function describeCertificate(der: Uint8Array): string {
  return execFileSync("openssl", ["x509", "-inform", "DER", "-noout", "-text"], { input: der }).toString();
}

/** Whether openssl builds and accepts the path of a code signing certificate. */
function verifyChain(chain: readonly Uint8Array[]): string {
  const folder = mkdtempSync(join(tmpdir(), "pki-"));
  try {
    const file = (name: string, ...certificates: readonly Uint8Array[]) => {
      writeFileSync(join(folder, name), toPem(...certificates));
      return join(folder, name);
    };
    const leaf = file("leaf.pem", ...chain.slice(0, 1));
    const others = file("others.pem", ...chain.slice(1, -1));
    const root = file("root.pem", ...chain.slice(-1));
    const args = ["verify", "-x509_strict", "-CAfile", root];
    return execFileSync("openssl", [...args, ...(chain.length > 2 ? ["-untrusted", others] : []), leaf], {
      stdio: "pipe",
    }).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("an authority", () => {
  test("is marked as one, critically, with its path length", async () => {
    const root = await createCertificateAuthority({ subject: "C=US, O=Example, CN=Example Root" });
    const text = describeCertificate(root.certificate);
    expect(text).toContain("X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:1");
    expect(text).toContain("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign");
    expect(text).toContain("Subject: C = US, O = Example, CN = Example Root");
    expect(root.chain).toEqual([root.certificate]);
    expect(root.subject).toBe("C=US, O=Example, CN=Example Root");
  });

  test("issues an intermediate under which no further authority may stand", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const intermediate = await createCertificateAuthority({ subject: "CN=intermediate", issuer });
    const below = await createCertificateAuthority({ subject: "CN=too deep", issuer: intermediate });
    const leaf = await issueLeaf({ subject: "CN=leaf", issuer: below });
    expect(describeCertificate(intermediate.certificate)).toContain("CA:TRUE, pathlen:0");
    expect(() => verifyChain(leaf.chain)).toThrow();
  });
});

describe("a leaf", () => {
  test.each([...KEY_SPECS])(
    "of %s chains up to the root",
    async (keySpec) => {
      const issuer = await createCertificateAuthority({ subject: "CN=root", keySpec: "EC-384" });
      const intermediate = await createCertificateAuthority({ subject: "CN=intermediate", keySpec, issuer });
      const leaf = await issueLeaf({ subject: "CN=leaf", keySpec, issuer: intermediate });
      expect(leaf.chain).toHaveLength(3);
      expect(verifyChain(leaf.chain)).toContain("leaf.pem: OK");
      expect(specOf(leaf.privateKey)).toBe(keySpec);
    },
    30_000,
  );

  test("may sign code and nothing else", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const text = describeCertificate((await issueLeaf({ subject: "CN=leaf", issuer })).certificate);
    expect(text).toContain("X509v3 Key Usage: critical\n                Digital Signature\n");
    expect(text).toContain("X509v3 Extended Key Usage: \n                Code Signing\n");
    expect(text).not.toContain("CA:TRUE");
    expect(text).toContain("X509v3 Subject Key Identifier");
    expect(text).toContain("X509v3 Authority Key Identifier");
  });

  test("keeps the dates and the private key that were asked for", async () => {
    const privateKey = await generatePrivateKey("EC-256");
    const [notBefore, notAfter] = [new Date("2020-01-02T03:04:05Z"), new Date("2020-02-02T03:04:05Z")];
    const { certificate } = await createSelfSigned({ subject: "CN=old", privateKey, notBefore, notAfter });
    const parsed = new X509Certificate(certificate);
    expect(new Date(parsed.validFrom)).toEqual(notBefore);
    expect(new Date(parsed.validTo)).toEqual(notAfter);
    expect(parsed.checkPrivateKey(privateKey)).toBe(true);
    expect(parsed.checkPrivateKey(await generatePrivateKey("EC-256"))).toBe(false);
  });

  test("has a serial number of its own, positive and at most 20 octets", async () => {
    const privateKey = await generatePrivateKey("EC-256");
    const make = async () =>
      new X509Certificate((await createSelfSigned({ subject: "CN=same", privateKey })).certificate);
    const [first, second] = [await make(), await make()];
    expect(first.serialNumber).not.toBe(second.serialNumber);
    for (const { serialNumber } of [first, second]) {
      expect(serialNumber).toMatch(/^4[0-9A-F]{31,39}$/);
    }
  });
});

describe("a certificate request", () => {
  test.each(["RSA-2048", "EC-384"] as const)(
    "of %s is issued for its subject and key, as a code signing leaf",
    async (keySpec) => {
      const issuer = await createCertificateAuthority({ subject: "CN=root" });
      const privateKey = await generatePrivateKey(keySpec);
      const subject = "C=US, ST=WA, O=Example, CN=signer";
      const request = await createCertificateRequest({ subject, privateKey, extensions: [] });
      const armour = (label: string) => `-----${label} CERTIFICATE REQUEST-----\n`;
      const base64 = Buffer.from(request).toString("base64");
      for (const form of [request, base64, `${armour("BEGIN")}${base64}\n${armour("END")}`]) {
        const { certificate, chain } = await issueFromRequest({ request: form, issuer });
        expect(chain).toEqual([certificate, issuer.certificate]);
        expect(new X509Certificate(certificate).checkPrivateKey(privateKey)).toBe(true);
        const text = describeCertificate(certificate);
        expect(text).toContain("Subject: C = US, ST = WA, O = Example, CN = signer");
        expect(text).toContain("X509v3 Extended Key Usage: \n                Code Signing\n");
        expect(verifyChain(chain)).toContain("leaf.pem: OK");
      }
    },
  );

  test("may be issued for a subject that the authority decides", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const privateKey = await generatePrivateKey("EC-256");
    const request = await createCertificateRequest({ subject: "CN=asked", privateKey, extensions: [] });
    const { certificate } = await issueFromRequest({ request, issuer, subject: "O=Decided, CN=decided" });
    expect(describeCertificate(certificate)).toContain("Subject: O = Decided, CN = decided");
  });

  test("that is not signed with its own key is refused", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const privateKey = await generatePrivateKey("EC-256");
    const request = await createCertificateRequest({ subject: "CN=signer", privateKey, extensions: [] });
    const forged = Buffer.from(request);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(issueFromRequest({ request: forged, issuer })).rejects.toThrow("not signed with its own key");
  });
});

test("a self-signed certificate is a leaf and a chain of one", async () => {
  const { certificate, chain } = await createSelfSigned({ subject: "CN=alone", keySpec: "EC-521" });
  expect(chain).toEqual([certificate]);
  const parsed = new X509Certificate(certificate);
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  const text = describeCertificate(certificate);
  expect(text).not.toContain("CA:TRUE");
  expect(text).toContain("Digital Signature\n");
  expect(text).toContain("ecdsa-with-SHA512");
});

function specOf(key: KeyObject): string {
  const { kty, n = "", crv = "" } = key.export({ format: "jwk" });
  return kty === "RSA" ? `RSA-${Buffer.from(n, "base64url").length * 8}` : crv.replace("P-", "EC-");
}
