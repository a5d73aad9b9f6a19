import {
  type Certificate,
  isIssuedBy,
  isSelfSigned,
  issuerOf,
  subjectOf,
} from "../certificate/certificate.ts";
import { validationError } from "../error/plugin-error.ts";

/**
 * The certificate chain from the leaf to its root: leaf first, root last, nothing missing, nothing extra. The
 * issuers come from a bag in any order, which may hold more than is needed.
 * @param origin where the bag came from, for the error's words
 * @param fix how the person can complete the bag
 * @throws PluginError VALIDATION_ERROR that names the issuer at which the chain breaks.
 */
export function buildChain(
  leaf: Certificate,
  bag: readonly Certificate[],
  origin: string,
  fix: string,
): Certificate[] {
  const walk: Walk = { bag, deadEnds: new Set(), longest: [leaf] };
  const chain = pathToRoot([leaf], walk);
  if (chain === undefined) {
    throw incompleteChain(walk.longest, bag, origin, fix);
  }
  return chain;
}

interface Walk {
  readonly bag: readonly Certificate[];
  /** Certificates from which no root was reached, so that cross-certificates cost no second visit. */
  readonly deadEnds: Set<Certificate>;
  /** The longest path so far: its end is where the chain breaks. */
  longest: readonly Certificate[];
}

/** Depth first: where an intermediate is cross-signed, the first way that reaches a root is taken. */
function pathToRoot(path: readonly Certificate[], walk: Walk): Certificate[] | undefined {
  const last = path.at(-1);
  if (last === undefined || walk.deadEnds.has(last)) {
    return undefined;
  }
  if (path.length > walk.longest.length) {
    walk.longest = path;
  }
  if (isSelfSigned(last)) {
    return [...path];
  }
  for (const issuer of walk.bag) {
    if (!path.includes(issuer) && isIssuedBy(last, issuer)) {
      const found = pathToRoot([...path, issuer], walk);
      if (found !== undefined) {
        return found;
      }
    }
  }
  walk.deadEnds.add(last);
  return undefined;
}

function incompleteChain(
  path: readonly Certificate[],
  bag: readonly Certificate[],
  origin: string,
  fix: string,
): Error {
  const [leaf] = path;
  const last = path.at(-1);
  if (leaf === undefined || last === undefined) {
    return validationError(`${origin} holds no certificate to begin a chain with`, fix);
  }
  const missing = issuerOf(last);
  const namesake = bag.some((candidate) => candidate !== last && subjectOf(candidate) === missing);
  const found = namesake
    ? `${origin} holds a certificate of that name, but its key did not issue this one`
    : `${origin} does not hold it (certificates there: ${bag.length})`;
  const whose = last === leaf ? "its issuer" : `the issuer of "${subjectOf(last)}"`;
  return validationError(
    `the certificate chain of "${subjectOf(leaf)}" is incomplete: ${whose} is "${missing}", and ${found}`,
    fix,
  );
}
