import { certificatesInPem } from "../certificate/pem.ts";

/** The runtimes' variable for a file of further CA certificates. */
export const CA_FILE_VARIABLE = "NODE_EXTRA_CA_CERTS";

/**
 * The runtime's reader of PEM is stricter than ours, which reads what people's tools write (RFC 7468, section 3): what
 * does not begin so is not seen, and what begins so must end so.
 */
const STRICT_LABEL = /^-----BEGIN (?:X509 )?CERTIFICATE-----[ \t]*\r?$/gm;
const STRICT_BLOCK =
  /^-----BEGIN (X509 |)CERTIFICATE-----[ \t]*\r?\n(?:[ \t]*\r?\n)?((?:[A-Za-z0-9+/=]+[ \t]*\r?\n)+)-----END \1CERTIFICATE-----[ \t]*\r?$/gm;

/**
 * What is wrong with the file of further CA certificates that the environment names: the runtime warns of one that it
 * cannot load on stderr, where only one JSON object may be, as soon as TLS is used, and then goes without. Undefined
 * where the file is in order, or none is named.
 */
export function faultOfCaFile(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const file = environment[CA_FILE_VARIABLE];
  if (!file) {
    return undefined;
  }
  // Loaded where there is a file alone: most name none.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  const { readFileSync } = process.getBuiltinModule("node:fs");
  try {
    const text = readFileSync(file, "utf8");
    const certificates = certificatesInPem(text);
    for (const der of certificates) {
      new X509Certificate(der);
    }
    if (certificates.length === 0) {
      return `${file} holds no PEM certificate`;
    }
    const begun = text.match(STRICT_LABEL)?.length ?? 0;
    const whole = Array.from(text.matchAll(STRICT_BLOCK), ([, , base64 = ""]) => base64.replace(/\s/g, ""));
    return begun > 0 && begun === whole.filter(({ length }) => length % 4 === 0).length
      ? undefined
      : `${file} holds PEM certificates that are not written as the runtime reads them: each line by itself, unindented, without a byte order mark`;
  } catch (error) {
    return `${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
