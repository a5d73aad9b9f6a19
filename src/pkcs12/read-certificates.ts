import { id_data, id_encryptedData } from "@peculiar/asn1-cms";
import {
  AuthenticatedSafe,
  CertBag,
  id_certBag,
  id_x509Certificate,
  PFX,
  type SafeBag,
  SafeContents,
} from "@peculiar/asn1-pfx";
import { AsnParser, OctetString } from "@peculiar/asn1-schema";
import { OctetString as BerOctetString, fromBER } from "asn1js";
import { PluginError } from "../error/plugin-error.ts";
import { EncryptedData } from "./asn1.ts";
import { decryptContent, EMPTY_PASSWORDS, type EncryptedContent, MOST_ROUNDS } from "./decrypt.ts";

/** What is the same for all contents of a file. */
type Limits = Pick<EncryptedContent, "origin" | "rounds">;

const FIX =
  "import the certificate into the vault again, or give the CA certificates in a PEM file: " +
  "`--plugin-config ca_certs=<file>`";

/** safeContentsBag: a bag of bags (RFC 7292, section 4.2.6). */
const id_safeContentsBag = "1.2.840.113549.1.12.10.1.6";

/**
 * The certificates of a PKCS#12 file (RFC 7292) that has no password, in the file's order, DER. Bags with keys
 * are passed over: they are never decrypted.
 *
 * The file's MAC is not checked. Its key is the password, which is none: it proves nothing of where the file
 * came from, and TLS already guards the way from the vault. What a certificate is good for is decided by the
 * signatures of the chain and of the signing key.
 * @param origin what the file is, for the error's words
 * @throws PluginError VALIDATION_ERROR for an encryption that is not read, ERROR for a file that is not PKCS#12
 *   or has a password.
 */
export function certificatesInPkcs12(file: Uint8Array, origin: string): Uint8Array[] {
  try {
    const { authSafe } = AsnParser.parse(file, PFX);
    const authenticatedSafe = AsnParser.parse(octetsOf(authSafe.content), AuthenticatedSafe);
    const limits = { origin, rounds: { left: MOST_ROUNDS } };
    return authenticatedSafe.flatMap(({ contentType, content }) => readSafe(contentType, content, limits));
  } catch (error) {
    if (error instanceof PluginError) {
      throw error;
    }
    throw new PluginError("ERROR", `${origin} is not a readable PKCS#12 file`, { fix: FIX });
  }
}

function readSafe(contentType: string, content: ArrayBuffer, limits: Limits): Uint8Array[] {
  if (contentType === id_data) {
    return certificatesInBags(AsnParser.parse(octetsOf(content), SafeContents));
  }
  return contentType === id_encryptedData ? certificatesInBags(decryptSafe(content, limits)) : [];
}

/** Tries each password that means none; a wrong one ends in bad padding, or in octets that are no SafeContents. */
function decryptSafe(content: ArrayBuffer, limits: Limits): SafeContents {
  const { encryptedContentInfo } = AsnParser.parse(content, EncryptedData);
  const { contentEncryptionAlgorithm, encryptedContent } = encryptedContentInfo;
  const parts = encryptedContent?.constructedValue ?? [encryptedContent?.value ?? new OctetString()];
  const ciphertext = Buffer.concat(parts.map((part) => new Uint8Array(part.buffer)));
  for (const password of EMPTY_PASSWORDS) {
    try {
      const encrypted = { algorithm: contentEncryptionAlgorithm, ciphertext, ...limits };
      return AsnParser.parse(decryptContent(encrypted, password), SafeContents);
    } catch (error) {
      if (error instanceof PluginError) {
        throw error;
      }
    }
  }
  throw new PluginError(
    "ERROR",
    `the certificates of ${limits.origin} are encrypted with a password, and a vault's secret has none`,
    { fix: "import the certificate into the vault again, as a certificate and not as a secret" },
  );
}

function certificatesInBags(bags: readonly SafeBag[]): Uint8Array[] {
  return bags.flatMap(({ bagId, bagValue }) => {
    if (bagId === id_safeContentsBag) {
      return certificatesInBags(AsnParser.parse(bagValue, SafeContents));
    }
    if (bagId !== id_certBag) {
      return [];
    }
    const { certId, certValue } = AsnParser.parse(bagValue, CertBag);
    return certId === id_x509Certificate ? [octetsOf(certValue)] : [];
  });
}

/**
 * The octets of an OCTET STRING that a field of type ANY holds. In BER it may come in segments (X.690, section
 * 8.7.3), which the schema library's own class does not join.
 */
function octetsOf(any: ArrayBuffer): Uint8Array {
  const { result } = fromBER(any);
  if (!(result instanceof BerOctetString)) {
    throw new TypeError("an OCTET STRING is missing");
  }
  return Buffer.concat(segmentsOf(result));
}

/** The segments of an OCTET STRING, which may be in segments themselves; one where it is in one piece. */
function segmentsOf({ idBlock, valueBlock }: BerOctetString): Uint8Array[] {
  return idBlock.isConstructed
    ? valueBlock.value.flatMap((segment) => (segment instanceof BerOctetString ? segmentsOf(segment) : []))
    : [valueBlock.valueHexView];
}
