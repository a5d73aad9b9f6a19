import type { Certificate } from "../certificate/certificate.ts";

/** What must change in a vault's certificate policy, in the names that `az` has for it; values are text alone. */
export interface PolicyChange {
  readonly x509CertificateProperties?: {
    readonly keyUsage?: readonly string[];
    /** Object identifiers. */
    readonly ekus?: readonly string[];
  };
  readonly keyProperties?: { readonly curve: string };
}

/** How a certificate comes to keep a rule. */
export type Remedy =
  /** Issued again, and by what policy if it is a vault's that must change. */
  | { readonly kind: "issue again"; readonly policy?: PolicyChange }
  /** It will keep the rule by itself, if this machine's clock is right. */
  | { readonly kind: "wait"; readonly until: Date };

/** A rule that a certificate breaks. */
export interface Finding {
  /** A clause about the certificate that needs no subject: `its key usage is …; it must be …`. */
  readonly problem: string;
  readonly remedy: Remedy;
}

/** Where a certificate stands when it is looked at. */
export interface Position {
  /** From the leaf, which is 0. */
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * One of the Notary Project's requirements of certificates. Throws RangeError where what it looks at cannot be read;
 * needs a promise only to put a finding into words.
 */
export type Rule = (certificate: Certificate, position: Position) => Finding | undefined | Promise<Finding>;

/** A finding that only a newly issued certificate can mend. */
export function issueAgain(problem: string, policy?: PolicyChange): Finding {
  return { problem, remedy: { kind: "issue again", ...(policy && { policy }) } };
}
