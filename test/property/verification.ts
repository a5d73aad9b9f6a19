/** Whether a response of generate-signature holds what it must: judged by node:crypto, and nothing of the product. */
import { constants, verify, X509Certificate } from "node:crypto";

/** The parts of a response that are judged. */
export interface SignedResponse {
  readonly signature?: string;
  readonly signingAlgorithm?: string;
  readonly certificateChain?: readonly string[];
}

/** Hash by the end of a signing algorithm's name. */
const HASHES: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/**
 * Whether the signature over the payload is the leaf's, and the chain is the expected one: leaf first, root last.
 * @param chain DER
 */
export function isRightlySigned(
  { signature = "", signingAlgorithm = "", certificateChain = [] }: SignedResponse,
  payload: Uint8Array,
  chain: readonly Uint8Array[],
): boolean {
  const expected = chain.map((der) => Buffer.from(der).toString("base64"));
  return (
    JSON.stringify(certificateChain) === JSON.stringify(expected) &&
    isSignedBy(chain[0] ?? new Uint8Array(), signingAlgorithm, payload, Buffer.from(signature, "base64"))
  );
}

/** Whether the signature over the payload verifies with the certificate's key. */
export function isSignedBy(
  certificate: Uint8Array,
  signingAlgorithm: string,
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scheme = signingAlgorithm.startsWith("RSASSA-PSS")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: "ieee-p1363" as const };
  const { publicKey } = new X509Certificate(certificate);
  return verify(HASHES[signingAlgorithm.slice(-3)], payload, { key: publicKey, ...scheme }, signature);
}

/** Whether each certificate is signed by the next, and the last one by itself. */
export function isCompleteChain(chain: readonly Uint8Array[]): boolean {
  const certificates = chain.map((der) => new X509Certificate(der));
  return certificates.every((certificate, index) => {
    const issuer = certificates[index + 1] ?? certificate;
    return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
  });
}
