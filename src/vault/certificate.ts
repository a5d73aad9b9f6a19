import { CertificateClient } from "@azure/keyvault-certificates";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { callVault, checkVersion, missingFromAnswer } from "./call.ts";
import { clientOptions } from "./client-options.ts";
import { vaultName } from "./fix.ts";
import type { Vault } from "./vault.ts";

/** One version of a certificate: the leaf alone, as the vault shows it. */
export interface VaultCertificate {
  readonly version: string;
  /** The leaf, DER. */
  readonly der: Uint8Array;
  readonly enabled: boolean;
}

/** A certificate that was requested from a CA has a key and no certificate until the CA's is merged. */
function mergeFirst(key: KeyIdentifier): string {
  return (
    "merge the CA's certificate, if it is still awaited: `az keyvault certificate pending show " +
    `--vault-name ${vaultName(key)} --name ${key.name}\``
  );
}

/**
 * `GET /certificates/{name}/{version}`; needs certificates get. Without a version, the latest.
 * @throws PluginError as of `callVault`.
 */
export function getVaultCertificate(vault: Vault, key: KeyIdentifier): Promise<VaultCertificate> {
  const client = new CertificateClient(vault.url, vault.credential, clientOptions(vault));
  return callVault(vault, "certificates get", key, async () => {
    const { cer, properties } =
      key.version === undefined
        ? await client.getCertificate(key.name)
        : await client.getCertificateVersion(key.name, key.version);
    if (!(cer instanceof Uint8Array) || cer.length === 0) {
      throw missingFromAnswer("certificates get", key, "a certificate", mergeFirst(key));
    }
    return {
      version: checkVersion("certificates get", key, properties.version),
      der: cer,
      enabled: properties.enabled !== false,
    };
  });
}
