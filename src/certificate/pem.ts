/**
 * The certificates of a PEM text (RFC 7468), in its order, DER. Everything else in it, private keys first of
 * all, is passed over undecoded. `X509 CERTIFICATE` and `TRUSTED CERTIFICATE` are older names of the same label.
 */
export function certificatesInPem(text: string): Uint8Array[] {
  const blocks = text.matchAll(
    /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g,
  );
  return Array.from(blocks, ([, base64 = ""]) => Buffer.from(base64, "base64"));
}
