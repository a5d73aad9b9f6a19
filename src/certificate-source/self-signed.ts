import { isSelfSigned, issuerOf, parseCertificate, subjectOf } from "../certificate/certificate.ts";
import { validationError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { getVaultCertificate } from "../vault/certificate.ts";
import type { Vault } from "../vault/vault.ts";
import type { FoundCertificates } from "./found-certificates.ts";

/**
 * A self-signed certificate, which is its whole chain. Needs certificates get.
 * @throws PluginError VALIDATION_ERROR when a CA issued the certificate.
 */
export async function findSelfSigned(vault: Vault, key: KeyIdentifier): Promise<FoundCertificates> {
  const { version, der } = await getVaultCertificate(vault, key);
  const origin = `certificate "${key.name}" of ${key.vaultUrl}`;
  const certificate = parseCertificate(der, origin);
  if (!isSelfSigned(certificate)) {
    throw validationError(
      `plugin config self_signed=true does not fit certificate "${subjectOf(certificate)}": it is not self-signed, ` +
        `"${issuerOf(certificate)}" issued it`,
      "leave out self_signed; if the vault holds the leaf alone, give intermediates and root in a PEM file: " +
        "`--plugin-config ca_certs=<file>`",
    );
  }
  return { version, leafCandidates: [certificate], bag: [], origin, fix: "leave out self_signed" };
}
