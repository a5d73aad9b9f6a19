import {
  type Certificate,
  isIssuedBy,
  isSelfSigned,
  isValidAt,
  subjectOf,
} from "../certificate/certificate.ts";
import { keySpecOf, requireKeySpec } from "../certificate/key-spec.ts";
import { PluginError, validationError } from "../error/plugin-error.ts";
import { type SignatureAlgorithm, verifySignature } from "../signature/algorithm.ts";
import { findPathToRoot, incompleteChain } from "./path-to-root.ts";

/** Where the chain of a signature is looked for. */
export interface CertificateBag {
  /** Which certificates may be the leaf: one, or all certificates of the bag in any order. */
  readonly leafCandidates: readonly Certificate[];
  /** Where the leaf's issuers are looked for. May hold more than is needed. */
  readonly bag: readonly Certificate[];
  /** What the bag is, in a sentence. */
  readonly origin: string;
  /** How a person completes the bag. */
  readonly fix: string;
}

/**
 * The certificate chain of a signature: leaf first, root last, nothing missing, nothing extra. The leaf is the
 * certificate whose key made the signature, so no signature leaves that its chain does not verify. One key may have
 * several certificates, after a renewal for example: one that is valid now, that a CA issued, that is newest and
 * whose chain is complete comes first.
 * @throws PluginError VALIDATION_ERROR when the certificate's key spec is not the algorithm's or the chain is
 *   incomplete, ERROR when the signature is another key's.
 */
export async function signingChain(
  { leafCandidates, bag, origin, fix }: CertificateBag,
  algorithm: SignatureAlgorithm,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<readonly Certificate[]> {
  const now = Date.now();
  const signers = leafCandidates
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
  const paths = signers.map((leaf) => findPathToRoot(leaf, bag, now));
  const complete = paths.find((path) => path.reachesRoot);
  if (complete !== undefined) {
    return complete.certificates;
  }
  const [longest] = paths;
  throw longest === undefined
    ? await noSigner(leafCandidates, algorithm)
    : incompleteChain(longest.certificates, bag, origin, fix);
}

/** Why none of the candidates made the signature: told of the one that issued no other, the leaf by its place. */
async function noSigner(
  candidates: readonly Certificate[],
  algorithm: SignatureAlgorithm,
): Promise<PluginError> {
  const leaf =
    candidates.find(
      (candidate) => !candidates.some((other) => other !== candidate && isIssuedBy(other, candidate)),
    ) ?? candidates[0];
  if (leaf === undefined) {
    return new PluginError("ERROR", "there is no certificate that the signature could belong to");
  }
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
    {
      fix: "check the version in the key identifier, and import or merge the certificate again if it is right",
    },
  );
}
