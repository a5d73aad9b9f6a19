import { isSelfSigned, issuerOf, subjectOf } from "../certificate/certificate.ts";
import { validationError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Vault } from "../vault/vault.ts";
import type { FoundCertificates } from "./found-certificates.ts";
import { findLeafAlone } from "./vault-leaf.ts";

/**
 * A self-signed certificate, which is its whole chain. Needs certificates get.
 * @throws PluginError VALIDATION_ERROR when a CA issued the certificate.
 */
export async function findSelfSigned(vault: Vault, key: KeyIdentifier): Promise<FoundCertificates> {
  const { leaf, ...found } = await findLeafAlone(vault, key);
  if (!isSelfSigned(leaf)) {
    throw validationError(
      `plugin config self_signed=true does not fit certificate "${subjectOf(leaf)}": it is not self-signed, ` +
        `"${issuerOf(leaf)}" issued it`,
      "leave out self_signed; if the vault holds the leaf alone, give intermediates and root in a file: " +
        "`--plugin-config ca_certs=<file>`",
    );
  }
  return found;
}
