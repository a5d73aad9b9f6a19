import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { certificatesInPem } from "../certificate/pem.ts";
import { validationError } from "../error/plugin-error.ts";

const CA_FILE_VARIABLE = "NODE_EXTRA_CA_CERTS";

/**
 * Checks the file of further CA certificates that the environment names, before the runtime reads it at the first use
 * of TLS: of one that it cannot load, it warns on stderr, where only one JSON object may be, and then goes without.
 * @throws PluginError VALIDATION_ERROR that names the variable and the file.
 */
export function checkCaFile(environment: Readonly<Record<string, string | undefined>>): void {
  const file = environment[CA_FILE_VARIABLE];
  if (!file) {
    return;
  }
  const fault = faultOf(file);
  if (fault !== undefined) {
    throw validationError(
      `the environment variable ${CA_FILE_VARIABLE} names ${file}, which ${fault}`,
      "set it to a PEM file with the CA certificates of your organization's proxy, or unset it",
    );
  }
}

function faultOf(file: string): string | undefined {
  try {
    const certificates = certificatesInPem(readFileSync(file, "utf8"));
    for (const der of certificates) {
      new X509Certificate(der);
    }
    return certificates.length === 0 ? "holds no PEM certificate" : undefined;
  } catch (error) {
    return `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
