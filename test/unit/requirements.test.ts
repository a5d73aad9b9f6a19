import "reflect-metadata";
import { describe, expect, test } from "bun:test";
import * as x509 from "@peculiar/x509";
import { type Certificate, parseCertificate } from "../../src/certificate/certificate.ts";
import { renewVaultCertificate } from "../../src/certificate-source/renew-certificate.ts";
import { findViolations, meetsRequirements, violationError } from "../../src/requirements/requirements.ts";
import {
  createCertificateAuthority,
  createSelfSigned,
  generatePrivateKey,
  issueLeaf,
  signCertificate,
} from "../pki/index.ts";
import { openssl } from "./openssl.ts";

const KEY = { vaultUrl: "https://myvault.vault.azure.net", name: "my-cert", version: undefined };
const DAY_MS = 24 * 3_600_000;

const read = (der: Uint8Array): Certificate => parseCertificate(der, "a test's");

const renew = (leaf: Certificate, policy: Parameters<typeof renewVaultCertificate>[2]) =>
  renewVaultCertificate(KEY, leaf, policy);

/** What a person is told of a chain; undefined where nothing is wrong. */
async function told(chain: readonly Certificate[], now = Date.now()): Promise<string | undefined> {
  return violationError(await findViolations(chain, now), renew)?.message;
}

async function selfSignedWith(...extensions: x509.Extension[]): Promise<Certificate> {
  const subjectKey = await generatePrivateKey("EC-256");
  return read(await signCertificate({ subject: "CN=signer", subjectKey, extensions }));
}

describe("requirements of certificates", () => {
  test("are met by a chain that meets them", async () => {
    const root = await createCertificateAuthority({ subject: "CN=root" });
    const { chain } = await issueLeaf({ subject: "CN=signer", issuer: root });
    expect(await told(chain.map(read))).toBeUndefined();
  });

  test("that one certificate does not meet are told in a list", async () => {
    const leaf = await selfSignedWith(
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    );
    expect(await told([leaf])).toBe(
      'leaf "CN=signer" does not meet the Notary Project\'s requirements of certificates:\n' +
        "- its key usage is keyEncipherment; it must be digitalSignature, beside which only nonRepudiation may stand\n" +
        "- its extended key usage has clientAuth; it must be codeSigning\n" +
        "Fix: make a new version of the certificate, and sign with that: `az keyvault certificate create --vault-name myvault " +
        '--name my-cert --policy "$(az keyvault certificate show --vault-name myvault --name my-cert --query "policy | merge(@, ' +
        "{x509CertificateProperties: merge(x509CertificateProperties, {keyUsage: ['digitalSignature'], ekus: " +
        "['1.3.6.1.5.5.7.3.3']})})\" --output json)\"`",
    );
  });

  test("of CA certificates name the certificate and who issued it", async () => {
    const root = await createCertificateAuthority({ subject: "CN=root", pathLength: 0 });
    const issuing = await createCertificateAuthority({ subject: "CN=issuing", issuer: root });
    const { chain } = await issueLeaf({ subject: "CN=signer", issuer: issuing });
    expect(await told(chain.map(read))).toBe(
      'CA certificate "CN=root" does not meet the Notary Project\'s requirements of certificates: its path length allows 0 CA ' +
        "certificates between it and the leaf, and there is 1\n" +
        'Fix: ask the CA for a CA certificate "CN=root" that meets them, and put it in the place of this one',
    );
  });

  test.each<[string, readonly string[], string]>([
    [
      "the curve of P-256K is changed",
      ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
      "keyProperties: merge(keyProperties, {curve: 'P-256'})",
    ],
    ["an RSA key is made anew by the policy as it is", ["rsa:1024"], '--query "policy"'],
  ])("of the key: %s", async (_what, newKey, words) => {
    const der = await openssl(
      [
        ...[
          "req",
          "-x509",
          "-newkey",
          ...newKey,
          "-nodes",
          "-keyout",
          "k.pem",
          "-outform",
          "DER",
          "-out",
          "c.der",
        ],
        ...[
          "-subj",
          "/CN=odd",
          "-addext",
          "keyUsage=critical,digitalSignature",
          "-addext",
          "basicConstraints=CA:false",
        ],
      ],
      "c.der",
    );
    const message = await told([read(der)]);
    expect(message).toContain("it must be RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521");
    expect(message).toContain(words);
  });

  test("of time: expired ones are had anew, others are waited for", async () => {
    const leaf = read((await createSelfSigned({ subject: "CN=signer" })).certificate);
    expect(await told([leaf], Date.now() + 400 * DAY_MS)).toMatch(
      /: it expired on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nFix: make a new version/,
    );
    expect(await told([leaf], Date.now() - DAY_MS)).toMatch(
      /: it is not valid before \S+Z\nFix: sign after \S+Z, or set this machine's clock, which says \S+Z/,
    );
  });

  test.each([
    ["key usage", "2.5.29.15"],
    ["basic constraints", "2.5.29.19"],
    ["extended key usage", "2.5.29.37"],
  ])("are not met by what cannot be read: %s", async (_name, id) => {
    const broken = new x509.Extension(id, true, Buffer.from("0500", "hex"));
    expect(await told([await selfSignedWith(broken)])).toContain("cannot be read");
  });

  test("are those of a CA from the second certificate on", async () => {
    const leaf = read((await createSelfSigned({ subject: "CN=signer" })).certificate);
    const ca = read((await createCertificateAuthority({ subject: "CN=root" })).certificate);
    const now = Date.now();
    expect([leaf, ca].map((each) => meetsRequirements(each, { index: 0, now }))).toEqual([true, false]);
    expect([leaf, ca].map((each) => meetsRequirements(each, { index: 1, now }))).toEqual([false, true]);
  });
});
