import type { Certificate } from "../certificate/certificate.ts";
import { type NameAttribute, nameAttributesOf } from "../certificate/name-attributes.ts";

/** Who may have signed, as a trust policy says it. */
export interface TrustedIdentity {
  /** `x509.subject: C=US, ST=WA, …`, or `*`: whoever has a certificate under the root. */
  readonly identity: string;
  /** Why it is `*`; undefined where it is not. */
  readonly unmatchable: string | undefined;
}

/** The types of attributes that Notation reads in a subject (Go's crypto/x509/pkix), as identities name them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["2.5.4.6", "C"],
  ["2.5.4.8", "ST"],
  ["2.5.4.7", "L"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.17", "POSTALCODE"],
]);

/** Others that people have, by the names that they know. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.9.1", "emailAddress"],
  ["0.9.2342.19200300.100.1.25", "DC"],
]);

/** Of these Notation reads the last one alone. */
const SINGLE: ReadonlySet<string> = new Set(["CN", "SERIALNUMBER"]);

/** Without them Notation takes no subject (trust store and trust policy specification, "Trusted identities constraints"). */
const MANDATORY = ["C", "ST", "O"];

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/**
 * The trusted identity that the signatures of a leaf have: its subject in the form of RFC 4514, in the order of the certificate.
 * Notation reads the subject of the leaf anew, and matches none that it cannot read: then only `*` verifies.
 */
export function trustedIdentityOf({ contents }: Certificate): TrustedIdentity {
  const subject = nameAttributesOf(contents.subject);
  const attributes = attributesOf(subject);
  const unmatchable = whyUnmatchable(subject, attributes);
  return {
    identity:
      unmatchable === undefined
        ? `x509.subject: ${attributes
            .filter(({ value }) => value !== "")
            .map(toText)
            .join(", ")}`
        : "*",
    unmatchable,
  };
}

/** What Notation reads of a subject, empty values too. */
function attributesOf(subject: readonly NameAttribute[]): readonly Attribute[] {
  const attributes = subject.flatMap(({ type, value }) => {
    const name = NAMES.get(type);
    return name !== undefined && value !== undefined ? [{ name, value }] : [];
  });
  return attributes.filter(
    ({ name }, index) =>
      !SINGLE.has(name) || attributes.findLastIndex((each) => each.name === name) === index,
  );
}

function whyUnmatchable(
  subject: readonly NameAttribute[],
  attributes: readonly Attribute[],
): string | undefined {
  const names = attributes.map(({ name }) => name);
  const missing = MANDATORY.filter((name) => !attributes.some((each) => each.name === name && each.value));
  if (missing.length > 0) {
    return `the leaf's subject has no ${missing.join(", ")}, and Notation matches subjects with C, ST and O alone`;
  }
  const unknown = subject.find(({ type, value }) => !NAMES.has(type) || value === undefined)?.type;
  if (unknown !== undefined) {
    const name = NAMES.get(unknown) ?? OTHER_NAMES.get(unknown) ?? unknown;
    return `the leaf's subject has the attribute ${name}, which Notation does not read, and then it matches none`;
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    return `the leaf's subject has ${repeated} more than once, and Notation matches none such`;
  }
  return attributes.some(({ value }) => value.includes("=#"))
    ? 'the leaf\'s subject holds "=#", and Notation matches none such'
    : undefined;
}

function toText({ name, value }: Attribute): string {
  return `${name}=${escaped(value)}`;
}

/** RFC 4514, section 2.4. */
function escaped(value: string): string {
  return value.replace(/[\\"+,;<>]|^[ #]| $/g, "\\$&").replaceAll("\0", "\\00");
}
