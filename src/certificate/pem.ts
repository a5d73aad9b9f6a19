/**
 * The certificates of a PEM text (RFC 7468), in its order, DER. Everything else in it, private keys first of
 * all, is passed over undecoded. `X509 CERTIFICATE` and `TRUSTED CERTIFICATE` are older names of the same label.
 */
export function certificatesInPem(text: string): Uint8Array[] {
  return blocksIn(text, "(?:X509 |TRUSTED )?CERTIFICATE");
}

/** The PKCS#7 structures of a PEM text (RFC 7468, sections 8 and 9), DER or BER. */
export function pkcs7InPem(text: string): Uint8Array[] {
  return blocksIn(text, "(?:PKCS7|PKCS #7 SIGNED DATA|CMS)");
}

function blocksIn(text: string, label: string): Uint8Array[] {
  const blocks = text.matchAll(new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, "g"));
  return Array.from(blocks, ([, base64 = ""]) => Buffer.from(base64, "base64"));
}

/** A certificate's DER as PEM (RFC 7468, section 5). */
export function certificateToPem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g);
  return `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
}
