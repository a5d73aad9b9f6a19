import { type Certificate, subjectOf } from "../certificate/certificate.ts";
import { keySpecOf } from "../certificate/key-spec.ts";
import { validationError } from "../error/plugin-error.ts";
import { joinErrors } from "../error/settle-together.ts";
import { findViolations, violationError } from "../requirements/requirements.ts";
import type { CertificateBag, NonEmptyPath } from "./certificate-bag.ts";
import { leavesByPlace } from "./leaf-by-place.ts";
import { findPathToRoot } from "./path-to-root.ts";

/**
 * The certificate chain in a file, whose leaf no signature tells yet: the key spec of the leaf is what it is read for.
 * @throws PluginError as of `completeChain`; VALIDATION_ERROR for leaves with different key specs.
 */
export async function chainInFile(found: CertificateBag, file: string): Promise<NonEmptyPath> {
  const leaves = leavesByPlace(found.bag);
  const [leaf] = leaves;
  const keySpecs = new Set(leaves.map(keySpecOf));
  if (leaf === undefined || keySpecs.size > 1) {
    throw validationError(
      `cert_chain file ${file} holds ${leaves.length} leaves whose keys differ: ${leaves.map((each) => `"${subjectOf(each)}" (${keySpecOf(each) ?? "no key spec"})`).join(", ")}`,
      "leave only the one in it that was issued for the key",
    );
  }
  return await completeChain(leaf, found);
}

/**
 * The certificate chain of a leaf: leaf first, root last, nothing missing, nothing extra, and such that Notation takes it.
 * @throws PluginError that tells all that is wrong: the issuer that is missing, and each requirement that is not met.
 */
export async function completeChain(leaf: Certificate, found: CertificateBag): Promise<NonEmptyPath> {
  const now = Date.now();
  const { certificates, reachesRoot } = findPathToRoot(leaf, found.bag, now);
  const refused = violationError(await findViolations(certificates, now), found.renewLeaf);
  const errors = [
    ...(reachesRoot ? [] : [found.incomplete(certificates)]),
    ...(refused === undefined ? [] : [refused]),
  ];
  if (errors.length > 0) {
    throw joinErrors(errors);
  }
  return certificates;
}
