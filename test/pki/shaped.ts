/**
 * Certificates that need not be what an authority would issue: any extensions and any number of them, any serial number,
 * any signature algorithm, names in any encoding. For tests of who refuses what.
 */
import "reflect-metadata";
import { createHash, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { bitString, der, explicit, sequence, smallInteger, utcTime } from "./der.ts";
import { type SignatureMethod, signatureScheme } from "./signature.ts";

/** A name: text such as `C=US, CN=signer`, or DER as it shall stand in the certificate. */
export type NameContent = string | Uint8Array;

/** What goes into a certificate; nothing of it is checked. */
export interface ShapedContent {
  readonly subject: NameContent;
  /** The private key; or SubjectPublicKeyInfo, DER, where an issuer signs. */
  readonly subjectKey: KeyObject | Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** In this order; one that is given twice is there twice. */
  readonly extensions: readonly x509.Extension[];
  /** Whether subject and authority key identifier are added. Default: true. */
  readonly keyIdentifiers?: boolean | undefined;
  /** Big endian, two's complement. Default: a random positive one. */
  readonly serialNumber?: Uint8Array | undefined;
  /** Default: SHA-256 with ECDSA or RSASSA-PKCS1-v1_5, or Ed25519, as the signer's key is. */
  readonly signature?: SignatureMethod | undefined;
}

/** Who signs a certificate. */
export interface ShapedIssuer {
  /** As the certificate gives it. */
  readonly name: NameContent;
  readonly privateKey: KeyObject;
}

/** Makes a certificate (RFC 5280, section 4.1), DER: signed by the issuer, or by the subject's own private key. */
export function shapeCertificate(content: ShapedContent, issuer?: ShapedIssuer): Uint8Array {
  const { subject, subjectKey, notBefore, notAfter, keyIdentifiers = true } = content;
  const signer = issuer?.privateKey ?? subjectKey;
  if (signer instanceof Uint8Array) {
    throw new TypeError("a public key signs nothing");
  }
  const scheme = signatureScheme(signer, content.signature);
  const publicKey = publicKeyInfo(subjectKey);
  const extensions = [
    ...content.extensions,
    ...(keyIdentifiers ? keyIdentifiersOf(publicKey, publicKeyInfo(signer)) : []),
  ];
  const toBeSigned = sequence(
    explicit(0, smallInteger(2)),
    der(0x02, content.serialNumber ?? Buffer.concat([Buffer.of(0x40), randomBytes(15)])),
    scheme.identifier,
    encodeName(issuer?.name ?? subject),
    sequence(utcTime(notBefore), utcTime(notAfter)),
    encodeName(subject),
    publicKey,
    ...(extensions.length === 0
      ? []
      : [explicit(3, sequence(...extensions.map(({ rawData }) => new Uint8Array(rawData))))]),
  );
  return new Uint8Array(sequence(toBeSigned, scheme.identifier, bitString(scheme.sign(toBeSigned))));
}

/** A name of the given attributes, in order, with all its values in UTF8String: RFC 5280, section 4.1.2.4. */
export function utf8Name(attributes: readonly (readonly [type: string, value: string])[]): Uint8Array {
  const name = new x509.Name(attributes.map(([type, value]) => ({ [type]: [{ utf8String: value }] })));
  return new Uint8Array(name.toArrayBuffer());
}

function encodeName(name: NameContent): Uint8Array {
  return typeof name === "string" ? new Uint8Array(new x509.Name(name).toArrayBuffer()) : name;
}

function publicKeyInfo(key: KeyObject | Uint8Array): Uint8Array {
  return key instanceof Uint8Array ? key : createPublicKey(key).export({ format: "der", type: "spki" });
}

/** By method 1 of RFC 5280, section 4.2.1.2, but for the octets that are hashed: any will do. */
function keyIdentifiersOf(publicKey: Uint8Array, issuerKey: Uint8Array): x509.Extension[] {
  const identifier = (key: Uint8Array) => createHash("sha1").update(key).digest("hex");
  return [
    new x509.SubjectKeyIdentifierExtension(identifier(publicKey)),
    new x509.AuthorityKeyIdentifierExtension(identifier(issuerKey)),
  ];
}
