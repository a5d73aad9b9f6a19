import { type Certificate, isIssuedBy, isSelfSigned, isValidAt } from "../certificate/certificate.ts";
import { authorityKeyIdentifierOf, subjectKeyIdentifierOf } from "../certificate/extensions.ts";
import { meetsRequirements } from "../requirements/requirements.ts";
import type { NonEmptyPath } from "./certificate-bag.ts";

/** A path from a leaf upwards. */
export interface Path {
  /** Leaf first. */
  readonly certificates: NonEmptyPath;
  /** Whether the last one is a root; otherwise its issuer is missing. */
  readonly reachesRoot: boolean;
}

/**
 * The path from the leaf to a root, its issuers taken from a bag in any order that may hold more than is needed:
 * duplicates, strangers, several roots, cross-certificates, namesakes with other keys (RFC 4158). An issuer is one by
 * its name and by the signature that it made; key identifiers and dates only say which is tried first. A path that
 * Notation takes goes before any other. Without a way to a root, the longest path whose end lacks an issuer.
 * @param now milliseconds since 1970
 */
export function findPathToRoot(leaf: Certificate, bag: readonly Certificate[], now: number): Path {
  const issuersOf = issuersIn(withoutDuplicates(bag), now);
  const strict = createWalk(leaf, issuersOf, (issuer, index) => meetsRequirements(issuer, { index, now }));
  const lax = createWalk(leaf, issuersOf, () => true);
  const certificates = walkToRoot([leaf], strict) ?? walkToRoot([leaf], lax);
  return certificates === undefined
    ? { certificates: lax.broken ?? lax.longest, reachesRoot: false }
    : { certificates, reachesRoot: true };
}

interface Walk {
  /** In the order in which they are tried. */
  readonly issuersOf: (certificate: Certificate) => readonly Certificate[];
  readonly isAllowed: (issuer: Certificate, index: number) => boolean;
  /**
   * Certificates from which no root was reached, and how far up they stood, so that cross-certificates cost no second
   * visit: further up there are more limits, not fewer. One whose only way leads through an authority of the path so far is
   * rightly among them: that authority's certificates are all tried in its place.
   */
  readonly deadEnds: Map<Certificate, number>;
  longest: NonEmptyPath;
  /** The longest path to a certificate that has no issuer here: what a person can complete, where others go in circles. */
  broken: NonEmptyPath | undefined;
}

function createWalk(leaf: Certificate, issuersOf: Walk["issuersOf"], isAllowed: Walk["isAllowed"]): Walk {
  return { issuersOf, isAllowed, deadEnds: new Map(), longest: [leaf], broken: undefined };
}

/** Depth first. */
function walkToRoot(path: NonEmptyPath, walk: Walk): NonEmptyPath | undefined {
  const last = path.at(-1) ?? path[0];
  if (path.length >= (walk.deadEnds.get(last) ?? Number.POSITIVE_INFINITY)) {
    return undefined;
  }
  if (path.length > walk.longest.length) {
    walk.longest = path;
  }
  if (isSelfSigned(last)) {
    return path;
  }
  const issuers = walk.issuersOf(last);
  if (issuers.length === 0 && path.length > (walk.broken?.length ?? 0)) {
    walk.broken = path;
  }
  for (const issuer of issuers) {
    if (!path.some((each) => isSameAuthority(each, issuer)) && walk.isAllowed(issuer, path.length)) {
      const found = walkToRoot([...path, issuer], walk);
      if (found !== undefined) {
        return found;
      }
    }
  }
  walk.deadEnds.set(last, path.length);
  return undefined;
}

/** Signatures are verified once for each certificate, however many ways lead to it. */
function issuersIn(bag: readonly Certificate[], now: number): Walk["issuersOf"] {
  const known = new Map<Certificate, readonly Certificate[]>();
  return (certificate) => {
    const issuers =
      known.get(certificate) ??
      bag
        .filter((candidate) => isIssuedBy(certificate, candidate))
        .sort(
          (a, b) =>
            Number(isValidAt(b, now)) - Number(isValidAt(a, now)) ||
            keyIdentifierMatch(certificate, b) - keyIdentifierMatch(certificate, a) ||
            Number(isSelfSigned(b)) - Number(isSelfSigned(a)) ||
            Date.parse(b.x509.validFrom) - Date.parse(a.x509.validFrom),
        );
    known.set(certificate, issuers);
    return issuers;
  };
}

/** Certificates of one name and one key: who is in a path already would only lead around, by whosever certificate. */
function isSameAuthority({ contents: a }: Certificate, { contents: b }: Certificate): boolean {
  return Buffer.compare(a.subject, b.subject) === 0 && Buffer.compare(a.publicKey, b.publicKey) === 0;
}

/** 1 where the issuer's key identifier is the one that the certificate names, -1 where it is another, else 0. */
function keyIdentifierMatch(certificate: Certificate, issuer: Certificate): number {
  const named = authorityKeyIdentifierOf(certificate.contents);
  const own = subjectKeyIdentifierOf(issuer.contents);
  if (named === undefined || own === undefined) {
    return 0;
  }
  return named === own ? 1 : -1;
}

function withoutDuplicates(bag: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(bag.map((item) => [Buffer.from(item.der).toString("latin1"), item])).values()];
}
