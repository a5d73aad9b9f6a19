/** One X.509 certificate, signed: the part that authorities, leaves and TLS servers have in common. */
import "reflect-metadata";
import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { keySpecOf, signingAlgorithmOf } from "./keys.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** What goes into a certificate. */
export interface CertificateContent {
  readonly subject: string;
  /** The private key, or the public one alone where an issuer signs. */
  readonly subjectKey: KeyObject;
  /** Default: an hour ago, so that clocks may differ. */
  readonly notBefore?: Date | undefined;
  /** Default: in a year. */
  readonly notAfter?: Date | undefined;
  readonly extensions: readonly x509.Extension[];
}

/** Who signs a certificate. */
export interface CertificateSigner {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

/**
 * Signs a certificate (RFC 5280) with the issuer's key, or with the subject's own. Subject key identifier and
 * authority key identifier are added. Returns DER.
 */
export async function signCertificate(
  content: CertificateContent,
  issuer?: CertificateSigner,
): Promise<Uint8Array> {
  const publicKey = await subjectPublicKey(content.subjectKey);
  const signer = issuer?.privateKey ?? content.subjectKey;
  const issuerCertificate = issuer && new x509.X509Certificate(new Uint8Array(issuer.certificate));
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive and at most 20 octets: RFC 5280, section 4.1.2.2.
    serialNumber: `4${randomBytes(15).toString("hex")}0`,
    subject: content.subject,
    issuer: issuerCertificate?.subjectName ?? content.subject,
    notBefore: content.notBefore ?? new Date(now - HOUR_MS),
    notAfter: content.notAfter ?? new Date(now + YEAR_MS),
    publicKey,
    signingKey: await signingKey(signer),
    signingAlgorithm: signingAlgorithmOf(keySpecOf(signer)),
    extensions: [
      ...content.extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuerCertificate?.publicKey ?? publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

/** PEM of each DER certificate, one after the other (RFC 7468, section 5). */
export function toPem(...certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => pemBlock("CERTIFICATE", der)).join("");
}

/** PEM of a private key, unencrypted PKCS#8 (RFC 7468, section 10). */
export function privateKeyToPem(privateKey: KeyObject): string {
  return pemBlock("PRIVATE KEY", privateKeyDer(privateKey));
}

function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function privateKeyDer(privateKey: KeyObject): Uint8Array {
  return privateKey.export({ format: "der", type: "pkcs8" });
}

/** The Web Cryptography API's form of a public key, or of the public half of a private one. */
export async function subjectPublicKey(key: KeyObject): Promise<CryptoKey> {
  const publicKey = key.type === "public" ? key : createPublicKey(key);
  const spki = publicKey.export({ format: "der", type: "spki" });
  const algorithm = signingAlgorithmOf(keySpecOf(key));
  return await crypto.subtle.importKey("spki", new Uint8Array(spki), algorithm, true, ["verify"]);
}

/** The Web Cryptography API's form of a private key, to sign certificates and certificate requests with. */
export async function signingKey(privateKey: KeyObject): Promise<CryptoKey> {
  const algorithm = signingAlgorithmOf(keySpecOf(privateKey));
  const pkcs8 = new Uint8Array(privateKeyDer(privateKey));
  return await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}
