import {
  contextTag,
  type DerElement,
  objectIdentifierText,
  readElements,
  readSequence,
  TAG,
} from "../asn1/der.ts";

/** What stands in a certificate, as far as chains and rules need it and node:crypto does not tell (RFC 5280, section 4.1). */
export interface CertificateContents {
  /** DER. Names are the same where their octets are: so Notation compares them. */
  readonly issuer: Uint8Array;
  /** DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Big endian, two's complement. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** By object identifier. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Object identifiers of extensions that are there more than once, against RFC 5280, section 4.2. */
  readonly repeated: readonly string[];
}

export interface AlgorithmIdentifier {
  /** Object identifier. */
  readonly algorithm: string;
  /** DER; empty where there are none. */
  readonly parameters: Uint8Array;
}

export interface Extension {
  readonly critical: boolean;
  /** DER of what the extension defines. */
  readonly value: Uint8Array;
}

/**
 * Reads a certificate's DER.
 * @throws RangeError where it is no certificate.
 */
export function readContents(der: Uint8Array): CertificateContents {
  const [toBeSigned, signatureAlgorithm] = readSequence(der);
  // The version is left out of version 1.
  const fields = readElements(required(toBeSigned).content).filter(({ tag }) => tag !== contextTag(0));
  const [serialNumber, , issuer, , subject, publicKey] = fields;
  const extensions = fields.find(({ tag }) => tag === contextTag(3));
  return {
    issuer: required(issuer).encoded,
    subject: required(subject).encoded,
    publicKey: required(publicKey).encoded,
    serialNumber: required(serialNumber, TAG.integer).content,
    signatureAlgorithm: readAlgorithm(required(signatureAlgorithm)),
    ...readExtensions(extensions === undefined ? [] : readSequence(extensions.content)),
  };
}

/**
 * Reads an AlgorithmIdentifier (RFC 5280, section 4.1.1.2).
 * @throws RangeError where it is none.
 */
export function readAlgorithm({ content }: DerElement): AlgorithmIdentifier {
  const [algorithm, parameters] = readElements(content);
  return {
    algorithm: objectIdentifierText(required(algorithm, TAG.objectIdentifier).content),
    parameters: parameters?.encoded ?? new Uint8Array(),
  };
}

function readExtensions(
  elements: readonly DerElement[],
): Pick<CertificateContents, "extensions" | "repeated"> {
  const extensions = new Map<string, Extension>();
  const repeated: string[] = [];
  for (const element of elements) {
    const parts = readElements(element.content);
    const id = objectIdentifierText(required(parts[0], TAG.objectIdentifier).content);
    const critical = parts.find(({ tag }) => tag === TAG.boolean)?.content[0] ?? 0;
    const value = required(parts.at(-1), TAG.octetString).content;
    if (extensions.has(id)) {
      repeated.push(id);
    }
    extensions.set(id, { critical: critical !== 0, value });
  }
  return { extensions, repeated };
}

function required(element: DerElement | undefined, tag: number = TAG.sequence): DerElement {
  if (element?.tag !== tag) {
    throw new RangeError("something is missing");
  }
  return element;
}
