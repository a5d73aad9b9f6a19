import { type Certificate, isIssuedBy, subjectOf } from "../certificate/certificate.ts";
import { certificatesIn } from "../certificate/file-formats.ts";
import { readCertificates } from "../certificate/readable-certificates.ts";
import type { CertificateBag } from "../chain/certificate-bag.ts";
import { type MissingIssuer, missingIssuerOf } from "../chain/incomplete-chain.ts";
import { findPathToRoot } from "../chain/path-to-root.ts";
import { PluginError } from "../error/plugin-error.ts";
import type { Budget } from "../network/budget.ts";
import { DocumentFailure, fetchDocument } from "../network/fetch-document.ts";

/** More than any chain has: what answers could go on without end. */
const MOST_ISSUERS = 10;

/**
 * Completes a bag with the issuers that its certificates say can be had (authority information access: RFC 5280, section
 * 4.2.2.1), one after the other up to a root. Whether they are to be trusted is for a person to say: an issuer is only
 * known by its signature.
 * @throws PluginError ERROR where none of the addresses has the issuer; of the bag where a certificate names none.
 */
export async function fetchIssuers(
  leaf: Certificate,
  found: CertificateBag,
  budget: Budget,
): Promise<CertificateBag> {
  let { bag } = found;
  for (let issuers = 0; issuers < MOST_ISSUERS; issuers += 1) {
    const { certificates, reachesRoot } = findPathToRoot(leaf, bag, Date.now());
    if (reachesRoot) {
      break;
    }
    const missing = missingIssuerOf(certificates);
    if (missing.addresses.length === 0) {
      throw found.incomplete(certificates);
    }
    bag = [...bag, await fetchIssuer(missing, budget)];
  }
  return { ...found, bag };
}

async function fetchIssuer({ name, addresses, issued }: MissingIssuer, budget: Budget): Promise<Certificate> {
  const reasons: string[] = [];
  for (const address of addresses) {
    try {
      const { certificates } = readCertificates(await certificatesIn(await fetchDocument(address, budget)));
      const issuer = certificates.find((certificate) => isIssuedBy(issued, certificate));
      if (issuer !== undefined) {
        return issuer;
      }
      reasons.push(
        certificates.length === 0
          ? `what is at ${address.href} is no certificate`
          : `the certificate at ${address.href} did not issue it`,
      );
    } catch (error) {
      if (!(error instanceof DocumentFailure)) {
        throw error;
      }
      reasons.push(`${address.href} cannot be had: ${error.message}`);
    }
  }
  throw new PluginError(
    "ERROR",
    `the issuer of "${subjectOf(issued)}", "${name}", is not where the certificate says: ${reasons.join("; ")}`,
    {
      fix: `get the certificate of "${name}" and of the CAs above it from the CA, and give them by ca_certs=<file>`,
    },
  );
}
