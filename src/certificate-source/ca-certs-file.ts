import { nameBag } from "../certificate/readable-certificates.ts";
import { readCertificateFile } from "./certificate-file.ts";
import type { FindCertificates } from "./found-certificates.ts";
import { getVaultLeaf, vaultBag } from "./vault-leaf.ts";

/**
 * The leaf from the vault's certificate, its issuers from a file. Needs certificates get.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export async function caCertsFileSource(file: string): Promise<FindCertificates> {
  const caCerts = await readCertificateFile("ca_certs", file);
  const origin = nameBag(`ca_certs file ${file}`, caCerts);
  const complete = `put every CA certificate from the leaf's issuer to the root into ${file}: PEM, DER or PKCS#7`;
  return async (vault, key) => {
    const { version, leaf } = await getVaultLeaf(vault, key);
    return {
      version,
      ...vaultBag(key, { leafCandidates: [leaf], bag: caCerts.certificates }, { origin, complete }),
    };
  };
}
