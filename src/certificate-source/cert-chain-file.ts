import { type Certificate, subjectOf } from "../certificate/certificate.ts";
import { nameBag } from "../certificate/readable-certificates.ts";
import type { CertificateBag } from "../chain/certificate-bag.ts";
import { describeIncompleteChain } from "../chain/incomplete-chain.ts";
import { validationError } from "../error/plugin-error.ts";
import { reissueByCa } from "../requirements/requirements.ts";
import { readCertificateFile } from "./certificate-file.ts";

/**
 * Leaf, intermediates and root from a file; the vault is asked for none of them. For keys that have no certificate in
 * the vault, those of a Managed HSM among them.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export async function readCertChain(file: string): Promise<CertificateBag> {
  const read = await readCertificateFile("cert_chain", file);
  const { certificates } = read;
  const origin = nameBag(`cert_chain file ${file}`, read);
  return {
    leafCandidates: certificates,
    bag: certificates,
    incomplete: (path) =>
      validationError(
        describeIncompleteChain(path, certificates, origin),
        `put every certificate from the leaf to the root into ${file}: PEM, DER or PKCS#7`,
      ),
    ofAnotherKey: (leaf) => notOfKey(leaf, origin),
    renewLeaf: reissueByCa,
  };
}

function notOfKey(leaf: Certificate, origin: string) {
  return validationError(
    `${origin} is not the chain of this key: the key's signature does not verify with its leaf "${subjectOf(leaf)}", nor ` +
      "with another certificate in it. Nothing was signed",
    "give the chain of the certificate that was issued for this key, or the identifier of the certificate's key",
  );
}
