import { readFileSync } from "node:fs";
import { certificatesIn } from "../certificate/file-formats.ts";
import { type ReadCertificates, readCertificates } from "../certificate/readable-certificates.ts";
import { validationError } from "../error/plugin-error.ts";

/**
 * Reads the certificates of a file: PEM, DER or PKCS#7.
 * @param option the key of the plugin config that names the file, for the error's words
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export async function readCertificateFile(
  option: "ca_certs" | "cert_chain",
  file: string,
): Promise<ReadCertificates> {
  const read = readCertificates(await certificatesIn(readBytes(option, file)));
  if (read.certificates.length === 0) {
    const found =
      read.unreadable === 0
        ? "no certificate that can be found: neither PEM (-----BEGIN CERTIFICATE-----) nor DER nor PKCS#7"
        : `no readable certificate, and ${read.unreadable} that cannot be read`;
    throw validationError(`${option} file ${file} holds ${found}`, `put ${WANTED[option]} into it, in PEM`);
  }
  return read;
}

const WANTED = {
  ca_certs: "the CA certificates from the leaf's issuer to the root",
  cert_chain: "the certificates from the leaf to the root",
} as const;

function readBytes(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw validationError(
      `${option} file ${file} cannot be read: ${reason}`,
      `give the path of a file with certificates, absolute or from ${process.cwd()}`,
    );
  }
}
