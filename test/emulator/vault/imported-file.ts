/** Reads the file that a certificate is imported from: PKCS#12 or PEM. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import forge from "node-forge";
import { badParameter } from "./errors.ts";
import type { ContentType } from "./policy.ts";

/** What is in the file. */
export interface ImportedFile {
  readonly privateKey: KeyObject;
  /** DER, in the order of the file. */
  readonly certificates: readonly Uint8Array[];
  readonly contentType: ContentType;
}

const PEM_ERROR =
  "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate is in valid PEM format.";
const PKCS12_ERROR =
  "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.";

/** Reads the request's `value`: PEM as it is, or either format in base64. Throws BadParameter. */
export function readImportedFile(value: string, password: string): ImportedFile {
  if (value.startsWith("-----BEGIN")) {
    return readPem(value);
  }
  const bytes = Buffer.from(value, "base64");
  const text = bytes.toString("latin1");
  return /^\s*(?:Bag Attributes|-----BEGIN)/.test(text) ? readPem(text) : readPkcs12(bytes, password);
}

/** PEM must hold an unencrypted PKCS#8 key, as `openssl pkcs8 -topk8 -nocrypt` writes it, and certificates. */
function readPem(text: string): ImportedFile {
  const blocks = (label: string) =>
    text.match(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, "g")) ?? [];
  const [key, another] = blocks("PRIVATE KEY");
  const certificates = blocks("CERTIFICATE").map((block) =>
    Buffer.from(block.replace(/-----[^-]+-----/g, ""), "base64"),
  );
  if (key === undefined || another !== undefined || certificates.length === 0) {
    throw badParameter(PEM_ERROR);
  }
  try {
    return { privateKey: createPrivateKey(key), certificates, contentType: "application/x-pem-file" };
  } catch {
    throw badParameter(PEM_ERROR);
  }
}

function readPkcs12(bytes: Buffer, password: string): ImportedFile {
  const bags = openPkcs12(bytes, password).safeContents.flatMap(({ safeBags }) => safeBags);
  const { pkcs8ShroudedKeyBag, keyBag, certBag } = forge.pki.oids;
  const [key, another] = bags.filter(({ type }) => type === pkcs8ShroudedKeyBag || type === keyBag);
  const certificates = bags.filter(({ type }) => type === certBag).map(certificateOf);
  if (key === undefined || another !== undefined || certificates.length === 0) {
    throw badParameter(PKCS12_ERROR);
  }
  return { privateKey: privateKeyOf(key), certificates, contentType: "application/x-pkcs12" };
}

function openPkcs12(bytes: Buffer, password: string): forge.pkcs12.Pkcs12Pfx {
  const parsed = parseDer(bytes);
  try {
    return forge.pkcs12.pkcs12FromAsn1(parsed, password);
  } catch (error) {
    const wrong = error instanceof Error && /password|mac/i.test(error.message);
    throw badParameter(wrong ? "The specified password is not correct." : PKCS12_ERROR);
  }
}

function parseDer(bytes: Buffer): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(bytes.toString("latin1"));
  } catch {
    throw badParameter(PKCS12_ERROR);
  }
}

/** Of an elliptic certificate forge keeps the ASN.1 alone. */
function certificateOf({ cert, asn1 }: forge.pkcs12.Bag): Uint8Array {
  return toDer(cert ? forge.pki.certificateToAsn1(cert) : asn1);
}

/** Likewise of an elliptic key: then the ASN.1 is its PKCS#8. */
function privateKeyOf({ key, asn1 }: forge.pkcs12.Bag): KeyObject {
  const info = key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1;
  return createPrivateKey({ key: toDer(info), format: "der", type: "pkcs8" });
}

function toDer(item: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(item).getBytes(), "latin1");
}
