import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { type BerElement, elementsIn, identifierIn, integerIn, octetsIn } from "../asn1/ber.ts";
import { TAG } from "../asn1/der.ts";
import { validationError } from "../error/plugin-error.ts";
import { DERIVATION_ID, deriveKey } from "./key-derivation.ts";

/**
 * The two passwords of a file that has none. A vault writes the null one, no octets at all; other tools write
 * the empty text, which PKCS#12's own schemes spell as the two octets of its terminator (RFC 7292, appendix B.1).
 */
export const EMPTY_PASSWORDS: readonly Uint8Array[] = [Buffer.alloc(0), Buffer.alloc(2)];

/** Rounds of key derivation that are left. */
export interface Rounds {
  left: number;
}

/**
 * What a file may ask for: more than any tool makes would only keep this process busy, and no time budget can interrupt
 * it. Takes three seconds with PKCS#12's own schemes.
 */
export const MOST_ROUNDS = 2_000_000;

/** Content that is encrypted with a password. */
export interface EncryptedContent {
  /** AlgorithmIdentifier (RFC 5280, section 4.1.1.2). */
  readonly algorithm: BerElement | undefined;
  readonly ciphertext: Uint8Array;
  /** What the whole file may still ask for. */
  readonly rounds: Rounds;
  /** What the file is, for the error's words. */
  readonly origin: string;
}

type Decrypt = (content: EncryptedContent, password: Uint8Array) => Buffer;

const PBE_WITH_SHA1_AND_3KEY_TRIPLE_DES = "1.2.840.113549.1.12.1.3";
const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";

const DECRYPT_BY_SCHEME: Readonly<Record<string, Decrypt>> = {
  [PBE_WITH_SHA1_AND_3KEY_TRIPLE_DES]: decryptTripleDes,
  [PBES2]: decryptPbes2,
};

/** Schemes that people meet and that are not read: the names are for the error. */
const UNSUPPORTED_SCHEMES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.1": "pbeWithSHAAnd128BitRC4",
  "1.2.840.113549.1.12.1.2": "pbeWithSHAAnd40BitRC4",
  "1.2.840.113549.1.12.1.4": "pbeWithSHAAnd2-KeyTripleDES-CBC",
  "1.2.840.113549.1.12.1.5": "pbeWithSHAAnd128BitRC2-CBC",
  "1.2.840.113549.1.12.1.6": "pbeWithSHAAnd40BitRC2-CBC",
};

/** Encryption schemes of PBES2: OpenSSL's name, and octets of the key. */
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keySize: number }>> = {
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", keySize: 24 },
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keySize: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keySize: 24 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", keySize: 32 },
};

/** Pseudo-random functions of PBKDF2 by their hash; HMAC-SHA-1 is the default. */
const HMAC_WITH_SHA1 = "1.2.840.113549.2.7";
const PSEUDO_RANDOM_FUNCTIONS: Readonly<Record<string, string>> = {
  [HMAC_WITH_SHA1]: "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/**
 * Decrypts content that is encrypted with a password.
 * @param password a BMPString with its terminator, or no octets for the null password
 * @throws PluginError VALIDATION_ERROR for an encryption that is not read; any other error for a wrong password.
 */
export function decryptContent(content: EncryptedContent, password: Uint8Array): Uint8Array {
  const { identifier } = readAlgorithm(content.algorithm);
  const decrypt = DECRYPT_BY_SCHEME[identifier] ?? refuse(identifier, content.origin);
  return decrypt(content, password);
}

interface Algorithm {
  readonly identifier: string;
  readonly parameters: BerElement | undefined;
}

function readAlgorithm(algorithm: BerElement | undefined): Algorithm {
  const [identifier, parameters] = elementsIn(algorithm, TAG.sequence);
  return { identifier: identifierIn(identifier), parameters };
}

/** pkcs-12PbeParams (RFC 7292, appendix C). */
function decryptTripleDes(content: EncryptedContent, password: Uint8Array): Buffer {
  const [saltElement, iterations] = elementsIn(readAlgorithm(content.algorithm).parameters, TAG.sequence);
  const salt = octetsIn(saltElement);
  const rounds = takeRounds(content, integerIn(iterations));
  const derive = (id: (typeof DERIVATION_ID)[keyof typeof DERIVATION_ID], size: number): Buffer =>
    deriveKey(password, salt, rounds, id, size);
  return decipher(
    "des-ede3-cbc",
    derive(DERIVATION_ID.key, 24),
    derive(DERIVATION_ID.initializationVector, 8),
    content.ciphertext,
  );
}

/**
 * PBES2-params and PBKDF2-params (RFC 8018, appendices A.4 and A.2). It takes the password's octets in UTF-8, so that the
 * null and the empty password are the same.
 */
function decryptPbes2(content: EncryptedContent): Buffer {
  const { algorithm, ciphertext, origin } = content;
  const [derivationElement, encryptionElement] = elementsIn(
    readAlgorithm(algorithm).parameters,
    TAG.sequence,
  );
  const derivation = readAlgorithm(derivationElement);
  const encryption = readAlgorithm(encryptionElement);
  const cipher = CIPHERS[encryption.identifier] ?? refuse(encryption.identifier, origin);
  if (derivation.identifier !== PBKDF2) {
    return refuse(derivation.identifier, origin);
  }
  // Between them stands the length of the key, which the cipher says as well.
  const [salt, iterations, ...others] = elementsIn(derivation.parameters, TAG.sequence);
  const pseudoRandom = others.find(({ tag }) => tag === TAG.sequence);
  const rounds = takeRounds(content, integerIn(iterations));
  const prf = pseudoRandom === undefined ? HMAC_WITH_SHA1 : readAlgorithm(pseudoRandom).identifier;
  const hash = PSEUDO_RANDOM_FUNCTIONS[prf] ?? refuse(prf, origin);
  const key = pbkdf2Sync("", octetsIn(salt), rounds, cipher.keySize, hash);
  return decipher(cipher.name, key, octetsIn(encryption.parameters), ciphertext);
}

function decipher(
  name: string,
  key: Uint8Array,
  initializationVector: Uint8Array,
  ciphertext: Uint8Array,
): Buffer {
  const cipher = createDecipheriv(name, key, initializationVector);
  return Buffer.concat([cipher.update(ciphertext), cipher.final()]);
}

function takeRounds({ rounds, origin }: EncryptedContent, count: number): number {
  rounds.left -= count;
  if (!Number.isSafeInteger(count) || count < 1 || rounds.left < 0) {
    throw validationError(
      `${origin} asks for ${count} rounds of key derivation; from 1 to ${MOST_ROUNDS} in all are made`,
      "import the certificate again from a file made by `openssl pkcs12 -export`",
    );
  }
  return count;
}

function refuse(scheme: string, origin: string): never {
  throw validationError(
    `the certificates of ${origin} are encrypted with ${UNSUPPORTED_SCHEMES[scheme] ?? scheme}, which is not read here`,
    "import the certificate again from a file made with AES-256 or 3DES (`openssl pkcs12 -export`), or give the CA " +
      "certificates in a PEM file: `--plugin-config ca_certs=<file>`",
  );
}
