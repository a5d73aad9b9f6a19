import type { Certificate } from "../certificate/certificate.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Vault } from "../vault/vault.ts";

/** The certificates that a source holds, in no particular order. */
export interface FoundCertificates {
  /** The version of the certificate in the vault, 32 hexadecimal digits. */
  readonly version: string;
  /** Which of them may be the leaf: the one that the vault names, or all, where only the signature tells. */
  readonly leafCandidates: readonly Certificate[];
  /** Where the leaf's issuers are looked for. May hold more than is needed. */
  readonly bag: readonly Certificate[];
  /** What the bag is, in a sentence. */
  readonly origin: string;
  /** How a person completes the bag when an issuer is not in it. */
  readonly fix: string;
}

/** Asks the vault for the certificates of a key. */
export type FindCertificates = (vault: Vault, key: KeyIdentifier) => Promise<FoundCertificates>;
