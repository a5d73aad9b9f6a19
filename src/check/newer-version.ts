import { type Certificate, validityOf } from "../certificate/certificate.ts";
import { getVaultLeaf } from "../certificate-source/vault-leaf.ts";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import type { CheckWarning } from "../protocol/generated/validators.js";
import { expiresSoon } from "../requirements/advice.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * What to say of a later version in the vault, where the key identifier names one that has expired or soon will: a policy may
 * have renewed the certificate while pipelines still name the version before. Asks the vault only then. Needs certificates get.
 * @throws PluginError as of `getVaultLeaf`.
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
  const latest = await getVaultLeaf(vault, { ...key, version: undefined });
  const [{ validTo: until }, { validTo }] = [validityOf(latest.leaf), validityOf(leaf)];
  return latest.version === key.version || Date.parse(until) <= Date.parse(validTo)
    ? undefined
    : {
        problem: `the vault has a newer version of the certificate, valid to ${until}`,
        fix: `sign with that: --id ${keyIdentifierText({ ...key, version: latest.version })}`,
      };
}
