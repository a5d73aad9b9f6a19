import { readFileSync } from "node:fs";
import { parseCertificate } from "../certificate/certificate.ts";
import { nameBag, type ReadCertificates, readCertificates } from "../certificate/certificate-bag.ts";
import { certificatesInPem } from "../certificate/pem.ts";
import { validationError } from "../error/plugin-error.ts";
import { getVaultCertificate } from "../vault/certificate.ts";
import type { FindCertificates } from "./found-certificates.ts";

/**
 * The leaf from the vault's certificate, its issuers from a PEM file. Needs certificates get.
 * @throws PluginError VALIDATION_ERROR for a file that cannot be read or holds no certificate.
 */
export function caCertsFileSource(file: string): FindCertificates {
  const caCerts = readCaCerts(file);
  return async (vault, key) => {
    const { version, der } = await getVaultCertificate(vault, key);
    const leaf = parseCertificate(der, `certificate "${key.name}" of ${key.vaultUrl}`);
    return {
      version,
      leafCandidates: [leaf],
      bag: caCerts.certificates,
      origin: nameBag(`ca_certs file ${file}`, caCerts),
      fix: `put every CA certificate from the leaf's issuer to the root into ${file}, in PEM`,
    };
  };
}

function readCaCerts(file: string): ReadCertificates {
  const caCerts = readCertificates(certificatesInPem(decodeText(readBytes(file))));
  if (caCerts.certificates.length === 0) {
    const found =
      caCerts.unreadable === 0
        ? "no PEM certificate (-----BEGIN CERTIFICATE-----)"
        : `${caCerts.unreadable} PEM blocks, none of which is a readable certificate`;
    throw validationError(
      `ca_certs file ${file} holds ${found}`,
      "put the CA certificates from the leaf's issuer to the root into it, in PEM",
    );
  }
  return caCerts;
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw validationError(
      `ca_certs file ${file} cannot be read: ${reason}`,
      `give the path of a PEM file, absolute or from ${process.cwd()}`,
    );
  }
}

/** Windows PowerShell writes UTF-16 with a byte order mark where a person redirects into a file. */
function decodeText(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? "utf16le" : "utf8");
}
