/** Chains of certificates: in which shape each reaches the plugin, and how a signing with it must end. */
import type { KeyObject } from "node:crypto";

/** A section of the tables: chains of one kind. */
export interface ChainFamily {
  readonly title: string;
  /** What the reader must know of all of them, Markdown. */
  readonly introduction: string;
  readonly cases: readonly ChainCase[];
}

/** One chain in one shape. */
export interface ChainCase {
  /** What is special about it, as a heading: unique in its family. */
  readonly title: string;
  /** Makes its certificates. */
  readonly prepare: () => Specimen | Promise<Specimen>;
  readonly end: End;
}

/** What a signing begins with, and the chain that it is about. */
export interface Specimen {
  readonly signer: Signer;
  /** What the vault's secret holds beside the private key, DER, in its order. */
  readonly inVault: readonly Uint8Array[];
  /** How the secret holds it. Default: PKCS#12. */
  readonly contentType?: "application/x-pkcs12" | "application/x-pem-file";
  /** A file of the person's, and the plugin config that names it. */
  readonly file?: CertificateFile | undefined;
  /**
   * Leaf to root. Of a signing that goes well it is the chain that must be in the signature; of a refusal it is what the
   * plugin would have had to hand to Notation: where there is no way to a root, the longest path that there is.
   */
  readonly chain: readonly Uint8Array[];
  /** The root that the signature is verified with, where it is to be verified, too. */
  readonly trustedRoot?: Uint8Array;
}

/** Whose key signs. */
export interface Signer {
  readonly certificate: Uint8Array;
  /** Of a key that neither this runtime nor the emulator can hold: another one in its place. */
  readonly privateKey: KeyObject;
  /** The certificate that the emulator keeps, where the signer's own has such a key: only its answer shows that one. */
  readonly keptAs?: Uint8Array | undefined;
}

export interface CertificateFile {
  readonly option: "ca_certs" | "cert_chain";
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** What a message must hold: a text as it is, or what a pattern matches. */
export type Words = readonly (string | RegExp)[];

/** How a signing must end. Notation itself must accept the chain, or refuse it, just so. */
export type End = Signed | Refused;

/** The chain of the signature is that of the specimen, and Notation accepts it. */
export interface Signed {
  readonly kind: "signed";
}

/** The plugin refuses, and so would Notation. */
export interface Refused {
  readonly kind: "refused";
  /** The command of the contract that tells it: the first that can know. */
  readonly by: "describe-key" | "generate-signature";
  readonly wanted: Words;
}

export const SIGNED: Signed = { kind: "signed" };

/** What only the whole chain shows. */
export function refused(...wanted: Words): Refused {
  return { kind: "refused", by: "generate-signature", wanted };
}

/** What the leaf alone shows: nothing has been signed yet. */
export function refusedAtOnce(...wanted: Words): Refused {
  return { kind: "refused", by: "describe-key", wanted };
}
