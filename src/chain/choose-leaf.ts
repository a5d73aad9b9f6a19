import { type Certificate, isIssuedBy, subjectOf } from "../certificate/certificate.ts";
import { keySpecOf, requireKeySpec } from "../certificate/key-spec.ts";
import { PluginError, validationError } from "../error/plugin-error.ts";
import { type SignatureAlgorithm, verifySignature } from "../signature/algorithm.ts";

/**
 * The certificate whose key made the signature: the leaf. So no signature leaves that its chain does not verify.
 * @param candidates one, or all certificates of a bag in any order
 * @throws PluginError VALIDATION_ERROR when the certificate's key spec is not the algorithm's, ERROR when the
 *   signature is another key's.
 */
export async function chooseLeaf(
  candidates: readonly Certificate[],
  algorithm: SignatureAlgorithm,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<Certificate> {
  const signers = candidates.filter(
    (candidate) =>
      keySpecOf(candidate) === algorithm.keySpec &&
      verifySignature(algorithm, candidate.x509.publicKey, payload, signature),
  );
  // One key may have several certificates, after a renewal for example: the newest is meant.
  const [leaf] = signers.sort((a, b) => Date.parse(b.x509.validFrom) - Date.parse(a.x509.validFrom));
  if (leaf !== undefined) {
    return leaf;
  }
  const presumedLeaf =
    candidates.find(
      (candidate) => !candidates.some((other) => other !== candidate && isIssuedBy(other, candidate)),
    ) ?? candidates[0];
  throw presumedLeaf === undefined
    ? new PluginError("ERROR", "there is no certificate that the signature could belong to")
    : await notTheSigner(presumedLeaf, algorithm);
}

async function notTheSigner(leaf: Certificate, algorithm: SignatureAlgorithm): Promise<PluginError> {
  const keySpec = await requireKeySpec(leaf);
  if (keySpec !== algorithm.keySpec) {
    return validationError(
      `the request says keySpec ${algorithm.keySpec}, but the key of certificate "${subjectOf(leaf)}" is ${keySpec}`,
    );
  }
  return new PluginError(
    "ERROR",
    `the signature that Azure Key Vault returned does not verify with certificate "${subjectOf(leaf)}": key and ` +
      "certificate do not belong together. Nothing was signed",
    { fix: "check the version in the key id, and import or merge the certificate again if it is right" },
  );
}
