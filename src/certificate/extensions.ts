import {
  contextTag,
  type DerElement,
  objectIdentifierText,
  readElements,
  readSequence,
  TAG,
} from "../asn1/der.ts";
import type { CertificateContents } from "./contents.ts";

/** Object identifiers of the extensions that are read here (RFC 5280, section 4.2). */
export const EXTENSION = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  authorityInformationAccess: "1.3.6.1.5.5.7.1.1",
} as const;

/** The bits of a key usage in their order, by the names that a vault's certificate policy has for them, too. */
const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** Who may be issuer of whom (RFC 5280, section 4.2.1.9). */
export interface BasicConstraints {
  readonly isCa: boolean;
  /** How many CA certificates may stand between this one and a leaf; undefined: any number. */
  readonly pathLength: number | undefined;
}

const CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

/**
 * What the key may be used for (RFC 5280, section 4.2.1.3); undefined where the certificate does not say.
 * @throws RangeError where the extension cannot be read; so do the others here.
 */
export function keyUsageOf(contents: CertificateContents): readonly KeyUsage[] | undefined {
  const extension = contents.extensions.get(EXTENSION.keyUsage);
  if (extension === undefined) {
    return undefined;
  }
  // The first octet of a BIT STRING says how many bits of the last one are unused.
  const octets = onlyElement(extension.value, TAG.bitString).content.subarray(1);
  return KEY_USAGES.filter((_usage, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** Basic constraints; undefined where the certificate has none. */
export function basicConstraintsOf(contents: CertificateContents): BasicConstraints | undefined {
  const extension = contents.extensions.get(EXTENSION.basicConstraints);
  if (extension === undefined) {
    return undefined;
  }
  const elements = readSequence(extension.value);
  const isCa = elements.find(({ tag }) => tag === TAG.boolean)?.content[0] ?? 0;
  const pathLength = elements.find(({ tag }) => tag === TAG.integer)?.content;
  return {
    isCa: isCa !== 0,
    pathLength: pathLength?.reduce((sum, octet) => sum * 0x100 + octet, 0),
  };
}

/** Object identifiers of the purposes in an extended key usage; undefined where the certificate has none. */
export function extendedKeyUsageOf(contents: CertificateContents): readonly string[] | undefined {
  const extension = contents.extensions.get(EXTENSION.extendedKeyUsage);
  return extension && readSequence(extension.value).map(({ content }) => objectIdentifierText(content));
}

/** The subject key identifier, hexadecimal; undefined where there is none that can be read. */
export function subjectKeyIdentifierOf(contents: CertificateContents): string | undefined {
  return readIfAny(contents, EXTENSION.subjectKeyIdentifier, (value) =>
    toHex(onlyElement(value, TAG.octetString)),
  );
}

/** The identifier of the issuer's key, hexadecimal; undefined where there is none that can be read. */
export function authorityKeyIdentifierOf(contents: CertificateContents): string | undefined {
  return readIfAny(contents, EXTENSION.authorityKeyIdentifier, (value) =>
    toHex(readSequence(value).find(({ tag }) => tag === contextTag(0, "primitive"))),
  );
}

/** Where the issuer's certificate can be had, http and https alone (RFC 5280, section 4.2.2.1). */
export function issuerAddressesOf(contents: CertificateContents): readonly URL[] {
  const addresses = readIfAny(contents, EXTENSION.authorityInformationAccess, (value) =>
    readSequence(value).flatMap(({ content }) => {
      const [method, location] = readElements(content);
      const isAddress =
        method !== undefined &&
        objectIdentifierText(method.content) === CA_ISSUERS &&
        location?.tag === contextTag(6, "primitive");
      return isAddress ? webAddress(Buffer.from(location.content).toString("latin1")) : [];
    }),
  );
  return addresses ?? [];
}

function webAddress(text: string): URL[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? [url] : [];
}

/** For extensions that only help: one that cannot be read is as good as none. */
function readIfAny<T>(
  { extensions }: CertificateContents,
  id: string,
  read: (value: Uint8Array) => T,
): T | undefined {
  const extension = extensions.get(id);
  try {
    return extension && read(extension.value);
  } catch {
    return undefined;
  }
}

function onlyElement(octets: Uint8Array, tag: number): DerElement {
  const [element, ...rest] = readElements(octets);
  if (element?.tag !== tag || rest.length > 0) {
    throw new RangeError("not the type that the extension has");
  }
  return element;
}

function toHex(element: DerElement | undefined): string | undefined {
  return element && Buffer.from(element.content).toString("hex");
}
