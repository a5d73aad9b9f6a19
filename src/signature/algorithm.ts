import { constants, createHash, type KeyObject, verify } from "node:crypto";
import { validationError } from "../error/plugin-error.ts";
import type {
  GenerateSignatureRequest,
  GenerateSignatureResponse,
} from "../protocol/generated/validators.js";
import type { KeySpec } from "./key-specs.ts";

export type HashAlgorithm = GenerateSignatureRequest["hashAlgorithm"];
export type SigningAlgorithm = GenerateSignatureResponse["signingAlgorithm"];

/** The names of one signature algorithm in every vocabulary that meets here. */
export interface SignatureAlgorithm {
  readonly keySpec: KeySpec;
  readonly hashAlgorithm: HashAlgorithm;
  /** In the plugin contract's response. */
  readonly signingAlgorithm: SigningAlgorithm;
  /** JSON Web Algorithms, as Key Vault's sign call takes it (RFC 7518, section 3.1). */
  readonly vaultAlgorithm: "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "ES512";
  /** In node:crypto. */
  readonly digest: "sha256" | "sha384" | "sha512";
}

/** Notary Project signature specification, "Signature Algorithm Requirements". */
const ALGORITHMS: Readonly<Record<KeySpec, SignatureAlgorithm>> = {
  "RSA-2048": rsaPss("RSA-2048", "256"),
  "RSA-3072": rsaPss("RSA-3072", "384"),
  "RSA-4096": rsaPss("RSA-4096", "512"),
  "EC-256": ecdsa("EC-256", "256"),
  "EC-384": ecdsa("EC-384", "384"),
  "EC-521": ecdsa("EC-521", "512"),
};

function rsaPss(keySpec: KeySpec, bits: "256" | "384" | "512"): SignatureAlgorithm {
  return { ...sha2(keySpec, bits), signingAlgorithm: `RSASSA-PSS-SHA-${bits}`, vaultAlgorithm: `PS${bits}` };
}

function ecdsa(keySpec: KeySpec, bits: "256" | "384" | "512"): SignatureAlgorithm {
  return { ...sha2(keySpec, bits), signingAlgorithm: `ECDSA-SHA-${bits}`, vaultAlgorithm: `ES${bits}` };
}

function sha2(keySpec: KeySpec, bits: "256" | "384" | "512") {
  return { keySpec, hashAlgorithm: `SHA-${bits}`, digest: `sha${bits}` } as const;
}

/**
 * The one signature algorithm of a key spec.
 * @throws PluginError VALIDATION_ERROR when the hash algorithm is not the one that goes with the key spec.
 */
export function signatureAlgorithm(keySpec: KeySpec, hashAlgorithm: HashAlgorithm): SignatureAlgorithm {
  const algorithm = ALGORITHMS[keySpec];
  if (algorithm.hashAlgorithm !== hashAlgorithm) {
    throw validationError(
      `keySpec ${keySpec} goes with hashAlgorithm ${algorithm.hashAlgorithm}, but the request says ${hashAlgorithm}`,
    );
  }
  return algorithm;
}

/** The signature algorithm of a key spec. */
export function algorithmOf(keySpec: KeySpec): SignatureAlgorithm {
  return ALGORITHMS[keySpec];
}

/** The digest of the payload, which is all of it that the vault sees. */
export function digestPayload(algorithm: SignatureAlgorithm, payload: Uint8Array): Uint8Array {
  return createHash(algorithm.digest).update(payload).digest();
}

/**
 * Whether the signature over the payload is this public key's. RSA is RSASSA-PSS with MGF1 of the same hash and
 * a salt as long as the hash (RFC 8017, section 8.1); ECDSA is r||s (IEEE P1363). The key must be of the
 * algorithm's key spec.
 */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  publicKey: KeyObject,
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scheme =
    publicKey.asymmetricKeyType === "rsa"
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { dsaEncoding: "ieee-p1363" as const };
  return verify(algorithm.digest, payload, { key: publicKey, ...scheme }, signature);
}
