import {
  type Certificate,
  isIssuedBy,
  isSelfSigned,
  issuerOf,
  isValidAt,
  subjectOf,
} from "../certificate/certificate.ts";
import { type PluginError, validationError } from "../error/plugin-error.ts";

/** A path from a leaf upwards. */
export interface Path {
  /** Leaf first. */
  readonly certificates: readonly Certificate[];
  /** Whether the last one is a root; otherwise its issuer is missing. */
  readonly reachesRoot: boolean;
}

/**
 * The path from the leaf to a root, its issuers taken from a bag in any order that may hold more than is needed. Of
 * several issuers, renewed or cross-signed, one that is valid now comes first, then one that is its own root, then
 * the newest. Without a way to a root, the longest path there is.
 * @param now milliseconds since 1970
 */
export function findPathToRoot(leaf: Certificate, bag: readonly Certificate[], now: number): Path {
  const preferred = bag.toSorted(
    (a, b) =>
      Number(isValidAt(b, now)) - Number(isValidAt(a, now)) ||
      Number(isSelfSigned(b)) - Number(isSelfSigned(a)) ||
      Date.parse(b.x509.validFrom) - Date.parse(a.x509.validFrom),
  );
  const walk: Walk = { bag: preferred, deadEnds: new Set(), longest: [leaf] };
  const certificates = walkToRoot([leaf], walk);
  return certificates === undefined
    ? { certificates: walk.longest, reachesRoot: false }
    : { certificates, reachesRoot: true };
}

interface Walk {
  readonly bag: readonly Certificate[];
  /**
   * Certificates from which no root was reached, so that cross-certificates cost no second visit. One whose only way
   * leads through the path so far is rightly among them: the path itself takes that way.
   */
  readonly deadEnds: Set<Certificate>;
  longest: readonly Certificate[];
}

/** Depth first. */
function walkToRoot(path: readonly Certificate[], walk: Walk): readonly Certificate[] | undefined {
  const last = path.at(-1);
  if (last === undefined || walk.deadEnds.has(last)) {
    return undefined;
  }
  if (path.length > walk.longest.length) {
    walk.longest = path;
  }
  if (isSelfSigned(last)) {
    return path;
  }
  for (const issuer of walk.bag) {
    if (!path.includes(issuer) && isIssuedBy(last, issuer)) {
      const found = walkToRoot([...path, issuer], walk);
      if (found !== undefined) {
        return found;
      }
    }
  }
  walk.deadEnds.add(last);
  return undefined;
}

/** The VALIDATION_ERROR that names the issuer at which a path ends. */
export function incompleteChain(
  path: readonly Certificate[],
  bag: readonly Certificate[],
  origin: string,
  fix: string,
): PluginError {
  const [leaf] = path;
  const last = path.at(-1);
  if (leaf === undefined || last === undefined) {
    return validationError(`${origin} holds no certificate to begin a chain with`, fix);
  }
  const missing = issuerOf(last);
  const namesake = bag.some((candidate) => candidate !== last && subjectOf(candidate) === missing);
  const found = namesake
    ? `${origin} holds a certificate of that name, but the signature does not verify with its key (it is another key, ` +
      "or an algorithm that is not read here)"
    : `${origin} does not hold it (certificates there: ${bag.length})`;
  const whose = last === leaf ? "its issuer" : `the issuer of "${subjectOf(last)}"`;
  return validationError(
    `the certificate chain of "${subjectOf(leaf)}" is incomplete: ${whose} is "${missing}", and ${found}`,
    fix,
  );
}
