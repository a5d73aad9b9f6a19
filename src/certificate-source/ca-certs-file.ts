import { readFileSync } from "node:fs";
import { type Certificate, parseCertificate } from "../certificate/certificate.ts";
import { certificatesInPem } from "../certificate/pem.ts";
import { validationError } from "../error/plugin-error.ts";
import { getVaultCertificate } from "../vault/certificate.ts";
import type { FindCertificates } from "./found-certificates.ts";

/**
 * The leaf from the vault's certificate, its issuers from a PEM file. Needs certificates get.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export function caCertsFileSource(file: string): FindCertificates {
  const bag = readCaCerts(file);
  return async (vault, key) => {
    const { version, der } = await getVaultCertificate(vault, key);
    const leaf = parseCertificate(der, `certificate "${key.name}" of ${key.vaultUrl}`);
    return {
      version,
      leafCandidates: [leaf],
      bag,
      origin: `ca_certs file ${file}`,
      fix: `put every CA certificate from the leaf's issuer to the root into ${file}, in PEM`,
    };
  };
}

function readCaCerts(file: string): Certificate[] {
  const certificates = certificatesInPem(readText(file));
  if (certificates.length === 0) {
    throw validationError(
      `ca_certs file ${file} holds no PEM certificate (-----BEGIN CERTIFICATE-----)`,
      "put the CA certificates from the leaf's issuer to the root into it, in PEM",
    );
  }
  return certificates.map((der, index) =>
    parseCertificate(der, `certificate ${index + 1} in ca_certs file ${file}`),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw validationError(
      `ca_certs file ${file} cannot be read: ${reason}`,
      `give the path of a PEM file, absolute or from ${process.cwd()}`,
    );
  }
}
