import type { Certificate } from "../certificate/certificate.ts";
import type { PluginError } from "../error/plugin-error.ts";
import type { RenewLeaf } from "../requirements/requirements.ts";

/** One certificate or more, leaf first. */
export type NonEmptyPath = readonly [Certificate, ...Certificate[]];

/** Where the chain of a signature is looked for, and what to tell a person for whom it is not there. */
export interface CertificateBag {
  /** Which certificates may be the leaf: one, or all certificates of the bag in any order. */
  readonly leafCandidates: readonly Certificate[];
  /** Where the leaf's issuers are looked for. May hold more than is needed. */
  readonly bag: readonly Certificate[];
  /** The error for a path that leads to no root. */
  readonly incomplete: (path: NonEmptyPath) => PluginError;
  /** The error for a leaf that does not verify the key's signature. */
  readonly ofAnotherKey: (leaf: Certificate) => PluginError;
  readonly renewLeaf: RenewLeaf;
}
