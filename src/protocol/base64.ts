/** Standard base64 with padding, as the plugin contract wants bytes (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/**
 * The bytes of standard, canonical, padded base64; undefined for anything else. Node's decoder skips what it
 * does not know and takes the URL alphabet too, so the bytes are encoded again and compared.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
