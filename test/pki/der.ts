/** DER by hand (ITU-T X.690), for structures that no library would make. */

/** One element: its tag, and what is in it. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

/** [number] EXPLICIT */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return der(0xa0 | number, ...parts);
}

/** A non-negative number below 128. */
export function smallInteger(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

/** An object identifier by its octets in hexadecimal. */
export function objectIdentifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

export function bitString(octets: Uint8Array): Buffer {
  return der(0x03, Buffer.of(0), octets);
}

/** UTCTime, as RFC 5280, section 4.1.2.5, wants it until 2049. */
export function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\D/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

export const NULL = Buffer.of(0x05, 0x00);

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) {
    return Buffer.of(length);
  }
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}
