import { elementsIn, identifierIn, readBer } from "../asn1/ber.ts";
import { contextTag, TAG } from "../asn1/der.ts";

const SIGNED_DATA = "1.2.840.113549.1.7.2";

/**
 * The certificates that a PKCS#7 SignedData carries (RFC 5652, section 5.1), DER, in its order: what CAs deliver as
 * `.p7b`. Nothing in it is verified: what a certificate is good for is decided by the signatures of the chain.
 * @returns none where the octets are no such structure
 */
export function certificatesInPkcs7(octets: Uint8Array): Uint8Array[] {
  try {
    return readSignedData(octets);
  } catch {
    return [];
  }
}

function readSignedData(octets: Uint8Array): Uint8Array[] {
  const [type, explicit] = elementsIn(readBer(octets), TAG.sequence);
  if (identifierIn(type) !== SIGNED_DATA) {
    return [];
  }
  const [signedData] = elementsIn(explicit, contextTag(0));
  const certificates = elementsIn(signedData, TAG.sequence).find(({ tag }) => tag === contextTag(0));
  // Other choices than a certificate are attribute certificates, long obsolete: they have tags of their own.
  return certificates?.elements.filter(({ tag }) => tag === TAG.sequence).map(({ encoded }) => encoded) ?? [];
}
