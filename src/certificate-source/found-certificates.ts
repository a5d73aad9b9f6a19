import type { CertificateBag } from "../chain/signing-chain.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Vault } from "../vault/vault.ts";

/** The certificates that a source holds, in no particular order. */
export interface FoundCertificates extends CertificateBag {
  /** The version of the certificate in the vault, 32 hexadecimal digits. */
  readonly version: string;
}

/** Asks the vault for the certificates of a key. */
export type FindCertificates = (vault: Vault, key: KeyIdentifier) => Promise<FoundCertificates>;
