import type { Certificate } from "../certificate/certificate.ts";

/** Who may have signed, as a trust policy says it. */
export interface TrustedIdentity {
  /** `x509.subject: C=US, ST=WA, …`, or `*`: whoever has a certificate under the root. */
  readonly identity: string;
  /** Why it is `*`; undefined where it is not. */
  readonly unmatchable: string | undefined;
}

/**
 * The types of attributes that Notation reads in a subject (Go's crypto/x509/pkix), by the library's names, and as identities
 * name them.
 */
const ATTRIBUTE_TYPES: ReadonlyMap<string, string> = new Map([
  ["C", "C"],
  ["ST", "ST"],
  ["L", "L"],
  ["O", "O"],
  ["OU", "OU"],
  ["CN", "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.17", "POSTALCODE"],
]);

/** Without them Notation takes no subject (trust store and trust policy specification, "Trusted identities constraints"). */
const MANDATORY = ["C", "ST", "O"];

interface Attribute {
  readonly type: string;
  readonly value: string;
}

/**
 * The trusted identity that the signatures of a leaf have: its subject in the form of RFC 4514, in the order of the certificate.
 * Notation reads the subject of the leaf anew, and matches none that it cannot read: then only `*` verifies.
 */
export async function trustedIdentityOf(leaf: Certificate): Promise<TrustedIdentity> {
  const { X509Certificate } = await import("../certificate/x509-library.ts");
  const attributes = attributesOf(new X509Certificate(new Uint8Array(leaf.der)).subjectName.toJSON());
  const unmatchable = whyUnmatchable(attributes);
  return {
    identity: unmatchable === undefined ? `x509.subject: ${attributes.map(toText).join(", ")}` : "*",
    unmatchable,
  };
}

function attributesOf(names: readonly Readonly<Record<string, readonly string[]>>[]): readonly Attribute[] {
  return names.flatMap((name) =>
    Object.entries(name).flatMap(([type, values]) => values.map((value) => ({ type, value }))),
  );
}

function whyUnmatchable(attributes: readonly Attribute[]): string | undefined {
  const types = attributes.map(({ type }) => type);
  const missing = MANDATORY.filter(
    (type) => !attributes.some((each) => each.type === type && each.value !== ""),
  );
  if (missing.length > 0) {
    return `the leaf's subject has no ${missing.join(", ")}, and Notation matches subjects with C, ST and O alone`;
  }
  const unknown = types.find((type) => !ATTRIBUTE_TYPES.has(type));
  if (unknown !== undefined) {
    return `the leaf's subject has the attribute ${unknown}, with which Notation matches none`;
  }
  const repeated = types.find((type, index) => types.indexOf(type) !== index);
  if (repeated !== undefined) {
    return `the leaf's subject has ${repeated} more than once, and Notation matches none such`;
  }
  return attributes.some(({ value }) => value.includes("=#"))
    ? 'the leaf\'s subject holds "=#", and Notation matches none such'
    : undefined;
}

function toText({ type, value }: Attribute): string {
  return `${ATTRIBUTE_TYPES.get(type) ?? type}=${escaped(value)}`;
}

/** RFC 4514, section 2.4. */
function escaped(value: string): string {
  return value.replace(/[\\"+,;<>]|^[ #]| $/g, "\\$&").replaceAll("\0", "\\00");
}
