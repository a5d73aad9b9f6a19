import { contextTag, readElements, readSequence } from "../asn1/der.ts";
import { type Certificate, isSelfSigned } from "../certificate/certificate.ts";
import { type AlgorithmIdentifier, readAlgorithm } from "../certificate/contents.ts";
import { type Finding, issueAgain, type Position } from "./rule.ts";

const RSASSA_PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";

/** Signature algorithms by which Notation accepts a certificate: those of SHA-2, and Ed25519 (RFC 8017, 5758, 8410). */
const ACCEPTED: ReadonlySet<string> = new Set([
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
  "1.3.101.112",
]);

/** Those that people meet and that are not accepted: the names are for the finding. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.4", "MD5 with RSA"],
  ["1.2.840.113549.1.1.5", "SHA-1 with RSA"],
  ["1.2.840.113549.1.1.14", "SHA-224 with RSA"],
  ["1.2.840.10045.4.1", "SHA-1 with ECDSA"],
  ["1.2.840.10045.4.3.1", "SHA-224 with ECDSA"],
  ["1.2.840.10040.4.3", "SHA-1 with DSA"],
  ["2.16.840.1.101.3.4.3.2", "SHA-256 with DSA"],
]);

/** Length of the salt in octets by the hash that RSASSA-PSS is used with. */
const SALT_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["2.16.840.1.101.3.4.2.1", 32],
  ["2.16.840.1.101.3.4.2.2", 48],
  ["2.16.840.1.101.3.4.2.3", 64],
]);

/** Of SHA-1, with RSA and with ECDSA: Notation takes them of a leaf that is its own root, and of no other certificate. */
const ACCEPTED_ALONE: ReadonlySet<string> = new Set(["1.2.840.113549.1.1.5", "1.2.840.10045.4.1"]);

/** A certificate's own signature must be by an algorithm that Notation verifies: no SHA-1, above all. */
export function checkSignatureAlgorithm(certificate: Certificate, { index }: Position): Finding | undefined {
  const { algorithm, parameters } = certificate.contents.signatureAlgorithm;
  if (index === 0 && isAcceptedAlone(certificate)) {
    return undefined;
  }
  if (algorithm === RSASSA_PSS) {
    return isUsualPss(parameters)
      ? undefined
      : issueAgain(
          "it is signed by RSASSA-PSS with unusual parameters; hash and mask must both be the same SHA-2, and the " +
            "salt as long as the hash",
        );
  }
  return ACCEPTED.has(algorithm)
    ? undefined
    : issueAgain(
        `it is signed by ${REFUSED.get(algorithm) ?? `the algorithm ${algorithm}`}; SHA-256, SHA-384 or SHA-512 with ` +
          "RSA or ECDSA is needed",
      );
}

/** Whether Notation takes the certificate's signature since it is a leaf that is its own root, and else would not. */
export function isAcceptedAlone(certificate: Certificate): boolean {
  return ACCEPTED_ALONE.has(certificate.contents.signatureAlgorithm.algorithm) && isSelfSigned(certificate);
}

/** RSASSA-PSS-params (RFC 8017, appendix A.2.3), as narrow as Notation takes them. */
function isUsualPss(parameters: Uint8Array): boolean {
  const fields = readSequence(parameters);
  const field = (number: number) => fields.find(({ tag }) => tag === contextTag(number))?.content;
  const [hash, mask, salt] = [field(0), field(1), field(2)];
  if (hash === undefined || mask === undefined || salt === undefined || field(3) !== undefined) {
    return false;
  }
  const { algorithm } = onlyAlgorithm(hash);
  const maskAlgorithm = onlyAlgorithm(mask);
  const saltLength = readElements(salt)[0]?.content;
  return (
    maskAlgorithm.algorithm === MGF1 &&
    onlyAlgorithm(maskAlgorithm.parameters).algorithm === algorithm &&
    saltLength?.length === 1 &&
    saltLength[0] === SALT_LENGTHS.get(algorithm)
  );
}

function onlyAlgorithm(octets: Uint8Array): AlgorithmIdentifier {
  const [element] = readElements(octets);
  if (element === undefined) {
    throw new RangeError("an algorithm is missing");
  }
  return readAlgorithm(element);
}
