import { readElements, TAG } from "../asn1/der.ts";
import { certificatesInPem, pkcs7InPem } from "./pem.ts";

/**
 * The certificates in a file's octets, DER, in the file's order: PEM (RFC 7468), DER, or PKCS#7 (`.p7b`, `.p7c`; RFC 5652)
 * in PEM, DER or BER. What else is in it is passed over. None where it is none of these.
 */
export async function certificatesIn(octets: Uint8Array): Promise<Uint8Array[]> {
  const text = decodeText(octets);
  if (text.includes("-----BEGIN ")) {
    const bundles = await Promise.all(pkcs7InPem(text).map(certificatesInPkcs7));
    return [...certificatesInPem(text), ...bundles.flat()];
  }
  return isSequence(octets) ? await certificatesInDer(octets) : await certificatesInBase64(text);
}

/** One certificate, several in a row, or a PKCS#7 structure. */
async function certificatesInDer(octets: Uint8Array): Promise<Uint8Array[]> {
  if (beginsWithIdentifier(octets)) {
    return await certificatesInPkcs7(octets);
  }
  try {
    return readElements(octets).map(({ encoded }) => encoded);
  } catch {
    return [octets];
  }
}

/** As PKCS#7 does, whose first field is its type; a certificate's first is a SEQUENCE. */
function beginsWithIdentifier(octets: Uint8Array): boolean {
  const length = octets[1] ?? 0;
  return octets[2 + (length > 0x80 ? length & 0x7f : 0)] === TAG.objectIdentifier;
}

/** What Windows' tools write as "Base-64 encoded" may come without PEM's lines around it. */
async function certificatesInBase64(text: string): Promise<Uint8Array[]> {
  const base64 = text.replace(/\s/g, "");
  const octets = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : Buffer.alloc(0);
  return isSequence(octets) ? await certificatesInDer(octets) : [];
}

async function certificatesInPkcs7(octets: Uint8Array): Promise<Uint8Array[]> {
  return (await import("./pkcs7.ts")).certificatesInPkcs7(octets);
}

function isSequence(octets: Uint8Array): boolean {
  return octets[0] === TAG.sequence;
}

/** Windows PowerShell writes UTF-16 with a byte order mark where a person redirects into a file. */
function decodeText(octets: Uint8Array): string {
  const isUtf16 = octets[0] === 0xff && octets[1] === 0xfe;
  return Buffer.from(octets).toString(isUtf16 ? "utf16le" : "utf8");
}
