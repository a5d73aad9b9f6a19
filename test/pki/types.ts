/** What the certificates of the tests are: made by `test/pki`, stored in the emulator, signed with, verified. */
import type { KeyObject } from "node:crypto";

/** The six key specs of the Notary Project that a signing key may have. */
export type KeySpec = "RSA-2048" | "RSA-3072" | "RSA-4096" | "EC-256" | "EC-384" | "EC-521";

/** A certificate together with its private key. */
export interface IssuedCertificate {
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  /** This certificate, its issuer, … up to and including the root, DER. */
  readonly chain: readonly Uint8Array[];
}

/** A certificate that may issue others. */
export interface CertificateAuthority extends IssuedCertificate {
  /** The subject as it was asked for, for example `C=US, O=Example, CN=Example Root`. */
  readonly subject: string;
}

/** What may be asked of a certificate beyond what a Notary Project certificate is by default. */
export interface CertificateOptions {
  /** For example `C=US, ST=WA, O=Example, CN=signer`. */
  readonly subject: string;
  readonly keySpec?: KeySpec;
  /** Reuse this private key rather than making one. */
  readonly privateKey?: KeyObject;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** What an authority makes of a certificate request. */
export interface RequestOptions {
  /** PEM, DER, or base64 of the DER. */
  readonly request: Uint8Array | string;
  readonly issuer: CertificateAuthority;
  /** Default: the subject that the request asks for. */
  readonly subject?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}
