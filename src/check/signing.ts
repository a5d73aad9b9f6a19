import { type Certificate, publicKeyOf } from "../certificate/certificate.ts";
import { keySpecOf } from "../certificate/key-spec.ts";
import type { FoundCertificates } from "../certificate-source/found-certificates.ts";
import { PluginError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { CheckedSignature } from "../protocol/generated/validators.js";
import {
  algorithmOf,
  digestPayload,
  type SignatureAlgorithm,
  verifySignature,
} from "../signature/algorithm.ts";
import { signWithVault } from "../vault/sign.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * What is signed to try it. No envelope of the Notary Project is signed over such bytes: those of JWS are base64url with a dot,
 * and those of COSE begin with an array (RFC 7515, section 5.1; RFC 9052, section 4.4).
 */
const PAYLOAD = Buffer.from("notation-azure-kv check: this signature is of nothing");

/** Whatever the key is, the vault looks at the caller's permission before it looks at the algorithm. */
const ANY_KEY_SPEC = "RSA-2048";

/** A signature that the vault has made to try it. */
export interface TestSignature {
  readonly algorithm: SignatureAlgorithm;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Makes a signature by the key. Of a key whose spec is not known, all that can be tried is the permission: then there is none.
 * @param leaf of the key, as far as it is known
 * @throws PluginError as of `signWithVault`.
 */
export async function makeTestSignature(
  vault: Vault,
  key: KeyIdentifier,
  leaf: Certificate | undefined,
): Promise<TestSignature | undefined> {
  const keySpec = leaf && keySpecOf(leaf);
  const algorithm = algorithmOf(keySpec ?? ANY_KEY_SPEC);
  try {
    const signature = await signWithVault(vault, key, algorithm, digestPayload(algorithm, PAYLOAD));
    return keySpec === undefined ? undefined : { algorithm, payload: PAYLOAD, signature };
  } catch (error) {
    if (keySpec === undefined && error instanceof PluginError && error.metadata["status"] === "400") {
      return undefined;
    }
    throw error;
  }
}

/** Whether one of the certificates that were found is of the key that made the signature. */
export function describeSignature(
  { algorithm, payload, signature }: TestSignature,
  { leafCandidates }: Pick<FoundCertificates, "leafCandidates">,
): CheckedSignature {
  const verified = leafCandidates.some((candidate) => {
    const publicKey = keySpecOf(candidate) === algorithm.keySpec ? publicKeyOf(candidate) : undefined;
    return publicKey !== undefined && verifySignature(algorithm, publicKey, payload, signature);
  });
  return { signingAlgorithm: algorithm.signingAlgorithm, verified };
}
