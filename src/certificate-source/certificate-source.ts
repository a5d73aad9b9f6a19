import { isManagedHsm } from "../cloud/cloud.ts";
import { validationError } from "../error/plugin-error.ts";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import type { ChainSource } from "../plugin-config/plugin-config.ts";
import type { FindCertificates } from "./found-certificates.ts";

/**
 * A Managed HSM holds no certificates.
 * @throws PluginError VALIDATION_ERROR where the plugin config says that they are there.
 */
export function checkChainSource({ kind }: ChainSource, key: KeyIdentifier): void {
  if (kind !== "cert-chain" && isManagedHsm(key.vaultUrl)) {
    throw validationError(
      `${keyIdentifierText(key)} is a key of a Managed HSM, which holds no certificates`,
      "give the certificates from the leaf to the root in a file: `--plugin-config cert_chain=<file>`",
    );
  }
}

/**
 * How the plugin config says that certificates are found. Files are read here, before the vault is asked for
 * anything; and only what this source needs is loaded: for the vault, when it is asked.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export async function certificateSource(source: ChainSource): Promise<FindCertificates> {
  switch (source.kind) {
    case "secret":
      return async (vault, key) => (await import("./vault-secret.ts")).findInSecret(vault, key);
    case "self-signed":
      return async (vault, key) => (await import("./self-signed.ts")).findSelfSigned(vault, key);
    case "ca-certs":
      return await (await import("./ca-certs-file.ts")).caCertsFileSource(source.file);
    case "cert-chain": {
      const bag = await (await import("./cert-chain-file.ts")).readCertChain(source.file);
      return async (_vault, { version }) => ({ version, ...bag });
    }
  }
}
