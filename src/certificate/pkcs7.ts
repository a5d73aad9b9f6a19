import { type BaseBlock, Constructed, fromBER, ObjectIdentifier, Sequence } from "asn1js";

const SIGNED_DATA = "1.2.840.113549.1.7.2";

/**
 * The certificates that a PKCS#7 SignedData carries (RFC 5652, section 5.1), DER, in its order: what CAs deliver as
 * `.p7b`. Nothing in it is verified: what a certificate is good for is decided by the signatures of the chain. Read by a
 * library, since some tools write BER with lengths that are not definite.
 * @returns none where the octets are no such structure
 */
export function certificatesInPkcs7(octets: Uint8Array): Uint8Array[] {
  try {
    return readSignedData(octets);
  } catch {
    return []; // The library throws for some of what it cannot read.
  }
}

function readSignedData(octets: Uint8Array): Uint8Array[] {
  const [type, explicit] = childrenOf(fromBER(new Uint8Array(octets)).result);
  if (!(type instanceof ObjectIdentifier) || type.valueBlock.toString() !== SIGNED_DATA) {
    return [];
  }
  const [signedData] = childrenOf(explicit);
  const certificates = childrenOf(signedData).find((field) => isContext(field, 0));
  // Other choices than a certificate are attribute certificates, long obsolete: they have tags of their own.
  return childrenOf(certificates)
    .filter((certificate) => certificate instanceof Sequence)
    .map((certificate) => new Uint8Array(certificate.valueBeforeDecodeView));
}

function childrenOf(block: BaseBlock | undefined): readonly BaseBlock[] {
  return block instanceof Constructed ? block.valueBlock.value : [];
}

function isContext({ idBlock }: BaseBlock, number: number): boolean {
  return idBlock.tagClass === 3 && idBlock.tagNumber === number;
}
