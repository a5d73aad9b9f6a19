import type { ChainSource } from "../plugin-config/plugin-config.ts";
import { caCertsFileSource } from "./ca-certs-file.ts";
import type { FindCertificates } from "./found-certificates.ts";
import { findSelfSigned } from "./self-signed.ts";
import { findInSecret } from "./vault-secret.ts";

/**
 * How the plugin config says that certificates are found. Files are read here, before the vault is asked for
 * anything.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export function certificateSource(source: ChainSource): FindCertificates {
  switch (source.kind) {
    case "secret":
      return findInSecret;
    case "self-signed":
      return findSelfSigned;
    case "ca-certs":
      return caCertsFileSource(source.file);
  }
}
