import { type KeyObject, X509Certificate } from "node:crypto";
import { PluginError } from "../error/plugin-error.ts";
import { type CertificateContents, readContents } from "./contents.ts";

/** A certificate, as node:crypto reads it, and what that does not tell of it. */
export interface Certificate {
  /** DER, byte for byte as it was issued: without what may follow it, such as OpenSSL's trust settings. */
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
  readonly contents: CertificateContents;
}

/**
 * Reads a DER certificate.
 * @param origin where it came from, for the error's words
 * @throws PluginError ERROR when it is not an X.509 certificate.
 */
export function parseCertificate(der: Uint8Array, origin: string): Certificate {
  try {
    const x509 = new X509Certificate(der);
    return { der: x509.raw, x509, contents: readContents(x509.raw) };
  } catch {
    throw new PluginError("ERROR", `${origin} is not a readable X.509 certificate`, {
      fix: "import the certificate into the vault again",
    });
  }
}

/** The subject in the order and form of Notation's `x509.subject` identities: `C=US, ST=WA, CN=…`. */
export function subjectOf(certificate: Certificate): string {
  return onOneLine(certificate.x509.subject);
}

/** The issuer's name, in the form of `subjectOf`. */
export function issuerOf(certificate: Certificate): string {
  return onOneLine(certificate.x509.issuer);
}

/** Whether the certificate names itself as its issuer and bears its own key's signature. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** Whether the certificate gives this one's name as its issuer's, octet by octet, as Notation compares them. */
export function namesAsIssuer(certificate: Certificate, issuer: Certificate): boolean {
  return Buffer.compare(certificate.contents.issuer, issuer.contents.subject) === 0;
}

/**
 * Whether the issuer bears the name that the certificate gives (RFC 5280, section 4.1.2.4) and its key made the
 * certificate's signature. A name alone proves nothing: two CAs may share it. node:crypto's checkIssued is of no
 * use here: it wants keyCertSign of every issuer, and a self-signed leaf must not have that.
 */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!namesAsIssuer(certificate, issuer)) {
    return false;
  }
  const publicKey = publicKeyOf(issuer);
  return publicKey !== undefined && certificate.x509.verify(publicKey);
}

/** The public key; undefined where the runtime cannot decode it: Bun knows no secp256k1, for one. */
export function publicKeyOf(certificate: Certificate): KeyObject | undefined {
  try {
    return certificate.x509.publicKey;
  } catch {
    return undefined;
  }
}

/** Whether the certificate is valid at a time, in milliseconds since 1970 (RFC 5280, section 4.1.2.5). */
export function isValidAt({ x509 }: Certificate, time: number): boolean {
  return Date.parse(x509.validFrom) <= time && time <= Date.parse(x509.validTo);
}

/** Whether its time is over, in milliseconds since 1970. */
export function hasExpired({ x509 }: Certificate, time: number): boolean {
  return time > Date.parse(x509.validTo);
}

/** From when to when it is valid, in RFC 3339 to the second, as certificates have it. */
export function validityOf({ x509 }: Certificate): { readonly validFrom: string; readonly validTo: string } {
  const toText = (date: string): string => new Date(date).toISOString().replace(".000Z", "Z");
  return { validFrom: toText(x509.validFrom), validTo: toText(x509.validTo) };
}

/** SHA-256 of the DER, hexadecimal in upper case. */
export function fingerprintOf({ x509 }: Certificate): string {
  return x509.fingerprint256.replaceAll(":", "");
}

/** An empty name is undefined on Bun. */
function onOneLine(name: string | undefined): string {
  return name ? name.split("\n").join(", ") : "(no name)";
}
