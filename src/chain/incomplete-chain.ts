import {
  type Certificate,
  isIssuedBy,
  issuerOf,
  namesAsIssuer,
  subjectOf,
} from "../certificate/certificate.ts";
import { authorityKeyIdentifierOf, issuerAddressesOf } from "../certificate/extensions.ts";
import type { NonEmptyPath } from "./certificate-bag.ts";

/** The issuer at which a path to a root ends. */
export interface MissingIssuer {
  /** Its name, in the form of `subjectOf`. */
  readonly name: string;
  /** Where it can be had, by the certificate that it issued (RFC 5280, section 4.2.2.1). */
  readonly addresses: readonly URL[];
  /** The certificate that it issued. */
  readonly issued: Certificate;
}

/** The issuer that a path lacks, which leads to no root. */
export function missingIssuerOf(path: NonEmptyPath): MissingIssuer {
  const issued = path.at(-1) ?? path[0];
  return { name: issuerOf(issued), addresses: issuerAddressesOf(issued.contents), issued };
}

/**
 * A sentence on a chain that ends before a root: which issuer is missing, what there is in its place, and where the
 * certificate says that it can be had.
 * @param origin what the bag is, in a sentence
 */
export function describeIncompleteChain(
  path: NonEmptyPath,
  bag: readonly Certificate[],
  origin: string,
): string {
  const [leaf] = path;
  const { name, addresses, issued } = missingIssuerOf(path);
  const found = `${origin} ${describeFound(issued, bag)}`;
  const whose = issued === leaf ? "its issuer" : `the issuer of "${subjectOf(issued)}"`;
  const keyIdentifier = authorityKeyIdentifierOf(issued.contents);
  const key = keyIdentifier === undefined ? "" : `, key identifier ${keyIdentifier},`;
  const where =
    addresses.length === 0 ? "" : `. It can be had at ${addresses.map(({ href }) => href).join(" or ")}`;
  return `the certificate chain of "${subjectOf(leaf)}" is incomplete: ${whose} is "${name}"${key} and ${found}${where}`;
}

/** What there is in the place of an issuer, in a clause whose subject is the bag. */
function describeFound(issued: Certificate, bag: readonly Certificate[]): string {
  const others = bag.filter((candidate) => candidate !== issued);
  if (others.some((candidate) => isIssuedBy(issued, candidate))) {
    return "leads back from it to a certificate below: CAs that only certify each other lead to no root";
  }
  if (others.some((candidate) => namesAsIssuer(issued, candidate))) {
    return (
      "holds a certificate of that name, but the signature does not verify with its key (it is another key, " +
      "or an algorithm that is not read here)"
    );
  }
  if (others.some((candidate) => subjectOf(candidate) === issuerOf(issued))) {
    return "holds a certificate whose name reads the same but is encoded otherwise, which Notation takes for another";
  }
  return `does not hold it (certificates there: ${bag.length})`;
}
