import { CertificateClient } from "@azure/keyvault-certificates";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { callVault, checkVersion, missingFromAnswer } from "./call.ts";
import { SERVICE_VERSION, type Vault } from "./vault.ts";

/** One version of a certificate: the leaf alone, as the vault shows it. */
export interface VaultCertificate {
  readonly version: string;
  /** The leaf, DER. */
  readonly der: Uint8Array;
}

/**
 * `GET /certificates/{name}/{version}`; needs certificates get. Without a version, the latest.
 * @throws PluginError as of `callVault`.
 */
export function getVaultCertificate(vault: Vault, key: KeyIdentifier): Promise<VaultCertificate> {
  const client = new CertificateClient(vault.url, vault.credential, { serviceVersion: SERVICE_VERSION });
  return callVault("certificates get", key, async () => {
    const { cer, properties } =
      key.version === undefined
        ? await client.getCertificate(key.name)
        : await client.getCertificateVersion(key.name, key.version);
    if (!(cer instanceof Uint8Array) || cer.length === 0) {
      throw missingFromAnswer("certificates get", key, "the certificate");
    }
    return { version: checkVersion("certificates get", key, properties.version), der: cer };
  });
}
