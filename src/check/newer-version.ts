import { type Certificate, parseCertificate, validityOf } from "../certificate/certificate.ts";
import { vaultCertificateName } from "../certificate-source/vault-leaf.ts";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import type { CheckWarning } from "../protocol/generated/validators.js";
import { expiresSoon } from "../requirements/advice.ts";
import { findViolations } from "../requirements/requirements.ts";
import { getVaultCertificate } from "../vault/certificate.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * What to say of a later version in the vault, where the key identifier names one that has expired or soon will: a policy may
 * have renewed the certificate while pipelines still name the version before. Asks the vault only then. Nothing of a version
 * that could not sign either. Needs certificates get.
 * @throws PluginError as of `getVaultCertificate`.
 */
export async function findNewerVersion(
  vault: Vault,
  key: KeyIdentifier,
  leaf: Certificate,
  now: number,
): Promise<Required<CheckWarning> | undefined> {
  if (key.version === undefined || !expiresSoon(leaf, now)) {
    return undefined;
  }
  const { version, der, enabled } = await getVaultCertificate(vault, { ...key, version: undefined });
  const latest = parseCertificate(der, vaultCertificateName(key));
  const [{ validTo: until }, { validTo }] = [validityOf(latest), validityOf(leaf)];
  const isBetter = version !== key.version && enabled && Date.parse(until) > Date.parse(validTo);
  return isBetter && (await findViolations([latest], now)).length === 0
    ? {
        problem: `the vault has a newer version of the certificate, valid to ${until}`,
        fix: `sign with that: --id ${keyIdentifierText({ ...key, version })}`,
      }
    : undefined;
}
