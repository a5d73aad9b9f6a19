import { SecretClient } from "@azure/keyvault-secrets";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { callVault, checkVersion, missingFromAnswer } from "./call.ts";
import { clientOptions } from "./client-options.ts";
import type { Vault } from "./vault.ts";

/** One version of a certificate's secret: all certificates, and as a rule the private key. */
export interface VaultSecret {
  readonly version: string;
  /** `application/x-pkcs12` or `application/x-pem-file`. */
  readonly contentType: string | undefined;
  /** Base64 of a PKCS#12 file, or PEM. May hold the private key: never shown, logged or kept. */
  readonly value: string;
}

/**
 * `GET /secrets/{name}/{version}`; needs secrets get. Without a version, the latest.
 * @throws PluginError as of `callVault`.
 */
export function getVaultSecret(vault: Vault, key: KeyIdentifier): Promise<VaultSecret> {
  const client = new SecretClient(vault.url, vault.credential, clientOptions(vault));
  return callVault(vault, "secrets get", key, async () => {
    const { value, properties } = await client.getSecret(
      key.name,
      key.version === undefined ? {} : { version: key.version },
    );
    if (typeof value !== "string") {
      throw missingFromAnswer("secrets get", key, "a value");
    }
    return {
      version: checkVersion("secrets get", key, properties.version),
      contentType: properties.contentType,
      value,
    };
  });
}
