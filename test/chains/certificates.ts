/** The certificates of the tables: good ones, unless a row says otherwise. */
import "reflect-metadata";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { type NameContent, type ShapedContent, shapeCertificate } from "../pki/shaped.ts";

export const ROOT = "C=US, O=Example, CN=Example Root";
export const OTHER_ROOT = "C=US, O=Other, CN=Other Root";
export const ISSUING_CA = "C=US, O=Example, CN=Example Code Signing CA";
export const POLICY_CA = "C=US, O=Example, CN=Example Policy CA";
export const STRANGER = "C=US, O=Stranger, CN=Stranger Root";

/** A certificate with its key, and the way up to its root. */
export interface Made {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly subject: NameContent;
  /** This certificate, its issuer, … up to the root, DER. */
  readonly chain: readonly Uint8Array[];
}

/** In what a certificate differs from a good one. */
export interface Difference
  extends Partial<Omit<ShapedContent, "subject" | "subjectKey">>,
    Pick<Partial<ShapedContent>, "subject"> {
  /** The key of another certificate, rather than a new one. */
  readonly privateKey?: KeyObject | undefined;
  /** Default: none, the certificate signs itself. */
  readonly issuer?: Made | undefined;
  /** The issuer's name, where it is not just as the issuer has it. */
  readonly issuerName?: NameContent | undefined;
  /** SubjectPublicKeyInfo, DER, where it is not that of the private key. */
  readonly publicKey?: Uint8Array | undefined;
}

export interface CaDifference extends Difference {
  /** Default: no limit. */
  readonly pathLength?: number | undefined;
}

const DAY_MS = 86_400_000;

/** A time that lies this many days in the future. */
export function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

/** Dates of a certificate that has expired, and of one that is not valid yet: fixed, since messages say them. */
export const EXPIRED = {
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z"),
};
export const NOT_YET_VALID = {
  notBefore: new Date("2045-01-01T00:00:00Z"),
  notAfter: new Date("2046-01-01T00:00:00Z"),
};

const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;

export function keyUsage(flags: number, critical = true): x509.Extension {
  return new x509.KeyUsagesExtension(flags, critical);
}

export function purposes(...ids: readonly string[]): x509.Extension {
  return new x509.ExtendedKeyUsageExtension([...ids]);
}

export const CODE_SIGNING = purposes(x509.ExtendedKeyUsage.codeSigning);
export const SIGNATURES_ONLY = keyUsage(digitalSignature);
export const CA_USAGE = keyUsage(keyCertSign | cRLSign);

/** basicConstraints with cA true. */
export function caConstraints(pathLength?: number, critical = true): x509.Extension {
  return new x509.BasicConstraintsExtension(true, pathLength, critical);
}

/** Where the issuer's certificate can be had. */
export function issuerAt(...addresses: readonly string[]): x509.Extension {
  return new x509.AuthorityInfoAccessExtension({ caIssuers: [...addresses] });
}

/** A CA's certificate: a root without an issuer. */
export function makeCa(subject: NameContent, { pathLength, ...difference }: CaDifference = {}): Made {
  return make({ subject, extensions: [caConstraints(pathLength), CA_USAGE], ...difference });
}

/** A certificate that signs code; it signs itself without an issuer. */
export function makeLeaf(issuer: Made | undefined, difference: Difference = {}): Made {
  return make({
    subject: SIGNER_SUBJECT,
    extensions: [SIGNATURES_ONLY, CODE_SIGNING],
    issuer,
    ...difference,
  });
}

export interface Hierarchy {
  readonly root: Made;
  readonly issuingCa: Made;
  readonly leaf: Made;
}

/** Root, issuing CA and leaf; each as its difference says. */
export function makeHierarchy(
  differences: {
    readonly root?: CaDifference;
    readonly issuingCa?: CaDifference;
    readonly leaf?: Difference;
  } = {},
): Hierarchy {
  const root = makeCa(ROOT, differences.root);
  const issuingCa = makeCa(ISSUING_CA, { issuer: root, ...differences.issuingCa });
  return { root, issuingCa, leaf: makeLeaf(issuingCa, differences.leaf) };
}

/** The certificates, DER. */
export function ders(...made: readonly Made[]): Uint8Array[] {
  return made.map(({ certificate }) => certificate);
}

export function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

export function newRsaKey(modulusLength = 2048): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

function make({
  subject,
  issuer,
  issuerName,
  publicKey,
  privateKey = newKey(),
  ...difference
}: Difference & Pick<ShapedContent, "subject" | "extensions">): Made {
  const content = {
    subject,
    subjectKey: publicKey ?? privateKey,
    // An hour ago, so that clocks may differ.
    notBefore: inDays(-1 / 24),
    notAfter: inDays(365),
    ...difference,
  };
  const signer = issuer && { name: issuerName ?? issuer.subject, privateKey: issuer.privateKey };
  const certificate = shapeCertificate(content, signer);
  return { certificate, privateKey, subject, chain: [certificate, ...(issuer?.chain ?? [])] };
}
