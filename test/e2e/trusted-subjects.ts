/** Subjects of leaves: those that a trust policy can name, and those that it cannot. */
import type { Attribute } from "./trust-lines.ts";

// Why Notation does not verify.
export const UNTRUSTED_ROOT = "the signature's certificate chain does not contain any trusted certificate";
export const OTHER_SUBJECT = "does not match the X.509 trusted identities";
export const UNREADABLE_SUBJECT = "error while parsing the certificate subject from the digital signature";

export const C: Attribute = ["C", "US", "PrintableString"];
export const ST: Attribute = ["ST", "WA"];
const O: Attribute = ["O", "Example"];

/** What comes after C and ST, the special at its end; and how RFC 4514, section 2.4, writes it. */
export const MATCHED: readonly (readonly [
  title: string,
  attributes: readonly Attribute[],
  identity: string,
])[] = [
  [
    "nothing special",
    [["L", "Redmond"], O, ["CN", "Example signer"]],
    "L=Redmond, O=Example, CN=Example signer",
  ],
  ["a comma", [["O", "Example, Inc."]], String.raw`O=Example\, Inc.`],
  ["a plus", [["O", "R+D"]], String.raw`O=R\+D`],
  ["quotes", [["O", 'The "Example"']], String.raw`O=The \"Example\"`],
  ["a semicolon", [["O", "A; B"]], String.raw`O=A\; B`],
  ["angle brackets", [["O", "<Example>"]], String.raw`O=\<Example\>`],
  ["backslashes", [["O", "A\\B\\"]], "O=A\\\\B\\\\"],
  ["an equals sign", [O, ["CN", "a=b"]], "O=Example, CN=a=b"],
  // Without the backslash it would be read as a value in hexadecimal.
  ["a leading #", [O, ["CN", "#0403"]], String.raw`O=Example, CN=\#0403`],
  ["spaces at both ends", [O, ["CN", " a "]], String.raw`O=Example, CN=\ a\ `],
  ["what a shell expands", [O, ["CN", "$(id) `id` $HOME '"]], "O=Example, CN=$(id) `id` $HOME '"],
  ["what ends a here-document", [O, ["CN", "a\nEND\nb"]], "O=Example, CN=a\nEND\nb"],
  ["letters outside ASCII", [["O", "Exämple GmbH"]], "O=Exämple GmbH"],
  ["such letters in BMPString", [["O", "Exämple GmbH", "BMPString"]], "O=Exämple GmbH"],
  ["such letters in TeletexString", [["O", "Exämple GmbH", "TeletexString"]], "O=Exämple GmbH"],
  ["SERIALNUMBER", [O, ["SERIALNUMBER", "12-3"]], "O=Example, SERIALNUMBER=12-3"],
  [
    "SERIALNUMBER in NumericString",
    [O, ["SERIALNUMBER", "123", "NumericString"]],
    "O=Example, SERIALNUMBER=123",
  ],
  ["two CN, of which Notation reads the last", [O, ["CN", "a"], ["CN", "b"]], "O=Example, CN=b"],
  ["STREET", [O, ["STREET", "1 Way"]], "O=Example, STREET=1 Way"],
  ["POSTALCODE", [O, ["POSTALCODE", "98052"]], "O=Example, POSTALCODE=98052"],
  ["one OU", [O, ["OU", "Release"]], "O=Example, OU=Release"],
];

/** The same but for one letter at the end. */
export function neighbourOf(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.map(([type, value, stringType], index) => {
    const isLast = index === attributes.length - 1;
    const another = stringType === "NumericString" ? "1" : "x";
    return [type, isLast ? value + another : value, stringType];
  });
}

export interface UnmatchedSubject {
  readonly title: string;
  readonly attributes: readonly Attribute[];
  /** A part of why `check` says that it trusts all. */
  readonly reason: string;
  /** As an identity would say it, and why Notation does not take that: where the policy is imported, or later. */
  readonly identity: string;
  readonly refusal: string;
}

export const UNMATCHED: readonly UnmatchedSubject[] = [
  {
    title: "with several OU",
    attributes: [C, ST, O, ["OU", "Signing"], ["OU", "Release"]],
    reason: "the leaf's subject has OU more than once",
    identity: "C=US, ST=WA, O=Example, OU=Signing, OU=Release",
    refusal: 'has duplicate RDN attribute for "OU"',
  },
  {
    title: "with an emailAddress",
    attributes: [C, ST, O, ["emailAddress", "signer@example.com", "IA5String"]],
    reason: "the leaf's subject has the attribute emailAddress",
    identity: "C=US, ST=WA, O=Example, emailAddress=signer@example.com",
    refusal: UNREADABLE_SUBJECT,
  },
  {
    title: "without ST",
    attributes: [C, O, ["CN", "Example signer"]],
    reason: "the leaf's subject has no ST",
    identity: "C=US, O=Example, CN=Example signer",
    refusal: 'has no mandatory RDN attribute for "ST"',
  },
  {
    title: "with =# in a value",
    attributes: [C, ST, O, ["CN", "a=#b"]],
    reason: 'the leaf\'s subject holds "=#"',
    identity: "C=US, ST=WA, O=Example, CN=a=#b",
    refusal: 'does not support x509.subject identities containing "=#"',
  },
];
