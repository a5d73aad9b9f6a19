import type { CertificateBag } from "../chain/certificate-bag.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Vault } from "../vault/vault.ts";

/** The certificates that a source holds, in no particular order. */
export interface FoundCertificates extends CertificateBag {
  /** The version of the certificate in the vault, 32 hexadecimal digits; undefined where they are from a file alone. */
  readonly version: string | undefined;
}

/** Finds the certificates of a key; asks the vault if they are there. */
export type FindCertificates = (vault: Vault, key: KeyIdentifier) => Promise<FoundCertificates>;
