import { type BerElement, elementsIn, identifierIn, octetsIn, readBer } from "../asn1/ber.ts";
import { contextTag, TAG } from "../asn1/der.ts";
import { PluginError } from "../error/plugin-error.ts";
import { decryptContent, EMPTY_PASSWORDS, type EncryptedContent, MOST_ROUNDS } from "./decrypt.ts";

/** What is the same for all contents of a file. */
type Limits = Pick<EncryptedContent, "origin" | "rounds">;

const FIX =
  "import the certificate into the vault again, or give the CA certificates in a PEM file: " +
  "`--plugin-config ca_certs=<file>`";

/** Types of content (RFC 5652, sections 4 and 8). */
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";

/** Types of bags: certificates, and bags of bags (RFC 7292, section 4.2), and what a certificate in one is. */
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const SAFE_CONTENTS_BAG = "1.2.840.113549.1.12.10.1.6";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";

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
    const [, authSafe] = elementsIn(readBer(file), TAG.sequence);
    const authenticatedSafe = readBer(octetsIn(contentOf(authSafe, DATA)));
    const limits = { origin, rounds: { left: MOST_ROUNDS } };
    return elementsIn(authenticatedSafe, TAG.sequence).flatMap((safe) => readSafe(safe, limits));
  } catch (error) {
    if (error instanceof PluginError) {
      throw error;
    }
    throw new PluginError("ERROR", `${origin} is not a readable PKCS#12 file`, { fix: FIX });
  }
}

/** The content of a ContentInfo; undefined where it is of another type. */
function contentOf(contentInfo: BerElement | undefined, type: string): BerElement | undefined {
  const [contentType, explicit] = elementsIn(contentInfo, TAG.sequence);
  return identifierIn(contentType) === type ? elementsIn(explicit, contextTag(0))[0] : undefined;
}

function readSafe(contentInfo: BerElement, limits: Limits): Uint8Array[] {
  const data = contentOf(contentInfo, DATA);
  if (data !== undefined) {
    return certificatesInBags(readBer(octetsIn(data)));
  }
  const encrypted = contentOf(contentInfo, ENCRYPTED_DATA);
  return encrypted === undefined ? [] : certificatesInBags(decryptSafe(encrypted, limits));
}

/** Tries each password that means none; a wrong one ends in bad padding, or in octets that are no SafeContents. */
function decryptSafe(encryptedData: BerElement, limits: Limits): BerElement {
  const [, encryptedContentInfo] = elementsIn(encryptedData, TAG.sequence);
  const [, algorithm, encryptedContent] = elementsIn(encryptedContentInfo, TAG.sequence);
  const ciphertext = octetsIn(encryptedContent, contextTag(0, "primitive"));
  for (const password of EMPTY_PASSWORDS) {
    try {
      const decrypted = readBer(decryptContent({ algorithm, ciphertext, ...limits }, password));
      bagsIn(decrypted);
      return decrypted;
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

interface SafeBag {
  readonly type: string;
  readonly value: BerElement | undefined;
}

function bagsIn(safeContents: BerElement): readonly SafeBag[] {
  return elementsIn(safeContents, TAG.sequence).map((bag) => {
    const [type, explicit] = elementsIn(bag, TAG.sequence);
    return { type: identifierIn(type), value: elementsIn(explicit, contextTag(0))[0] };
  });
}

function certificatesInBags(safeContents: BerElement): Uint8Array[] {
  return bagsIn(safeContents).flatMap(({ type, value }) => {
    if (type === SAFE_CONTENTS_BAG && value !== undefined) {
      return certificatesInBags(value);
    }
    if (type !== CERTIFICATE_BAG) {
      return [];
    }
    const [certificateType, explicit] = elementsIn(value, TAG.sequence);
    return identifierIn(certificateType) === X509_CERTIFICATE
      ? [octetsIn(elementsIn(explicit, contextTag(0))[0])]
      : [];
  });
}
