import { isSelfSigned, isValidAt, subjectOf } from "../certificate/certificate.ts";
import { keySpecOf } from "../certificate/key-spec.ts";
import { metadataFrom, PluginError } from "../error/plugin-error.ts";
import { type SignatureAlgorithm, verifySignature } from "../signature/algorithm.ts";
import type { CertificateBag, NonEmptyPath } from "./certificate-bag.ts";
import { completeChain } from "./complete-chain.ts";
import { leavesByPlace } from "./leaf-by-place.ts";

/**
 * The certificate chain of a signature. The leaf is the certificate whose key made the signature, so no signature leaves
 * that its chain does not verify. One key may have several certificates, after a renewal for example: one that is
 * valid now, that a CA issued, that is newest and whose chain is right comes first.
 * @throws PluginError VALIDATION_ERROR when the certificate's key spec is not the algorithm's, the chain is
 *   incomplete or Notation would refuse it; of the bag when the signature is another key's.
 */
export async function signingChain(
  found: CertificateBag,
  algorithm: SignatureAlgorithm,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<NonEmptyPath> {
  const now = Date.now();
  const signers = found.leafCandidates
    .filter(
      (candidate) =>
        keySpecOf(candidate) === algorithm.keySpec &&
        verifySignature(algorithm, candidate.x509.publicKey, payload, signature),
    )
    .sort(
      (a, b) =>
        Number(isValidAt(b, now)) - Number(isValidAt(a, now)) ||
        Number(isSelfSigned(a)) - Number(isSelfSigned(b)) ||
        Date.parse(b.x509.validFrom) - Date.parse(a.x509.validFrom),
    );
  const [first, ...others] = signers;
  if (first === undefined) {
    throw await noSigner(found, algorithm);
  }
  try {
    return await completeChain(first, found);
  } catch (error) {
    for (const other of others) {
      const chain = await completeChain(other, found).catch(() => undefined);
      if (chain !== undefined) {
        return chain;
      }
    }
    throw error;
  }
}

/** Why none of the candidates made the signature. */
async function noSigner(found: CertificateBag, algorithm: SignatureAlgorithm): Promise<PluginError> {
  const leaf = leavesByPlace(found.leafCandidates)[0];
  if (leaf === undefined) {
    return new PluginError("ERROR", "there is no certificate that the signature could belong to");
  }
  const keySpec = keySpecOf(leaf);
  if (keySpec === algorithm.keySpec) {
    return found.ofAnotherKey(leaf);
  }
  if (keySpec === undefined) {
    await completeChain(leaf, found);
  }
  return new PluginError(
    "VALIDATION_ERROR",
    `the request says keySpec ${algorithm.keySpec}, but the key of certificate "${subjectOf(leaf)}" is ${keySpec}`,
    { metadata: metadataFrom({ keySpec }) },
  );
}
