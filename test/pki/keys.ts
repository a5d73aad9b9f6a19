/** Private keys of the six key specs, and what signing a certificate with each means. */
import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { KeySpec } from "./types.ts";

const generate = promisify(generateKeyPair);

/** Named curve and hash of each elliptic key spec, in the Web Cryptography API's names. */
const CURVES = {
  "EC-256": { namedCurve: "P-256", hash: "SHA-256" },
  "EC-384": { namedCurve: "P-384", hash: "SHA-384" },
  "EC-521": { namedCurve: "P-521", hash: "SHA-512" },
} as const;

/** Modulus length in bits and hash of each RSA key spec. */
const MODULI = {
  "RSA-2048": { modulusLength: 2048, hash: "SHA-256" },
  "RSA-3072": { modulusLength: 3072, hash: "SHA-384" },
  "RSA-4096": { modulusLength: 4096, hash: "SHA-512" },
} as const;

/** The six key specs that the Notary Project signs with, for tests that run over all of them. */
export const KEY_SPECS: readonly KeySpec[] = [
  "RSA-2048",
  "RSA-3072",
  "RSA-4096",
  "EC-256",
  "EC-384",
  "EC-521",
];

/**
 * Makes a private key. Runs on the thread pool, so several can be made at once: RSA-4096 alone may take
 * more than a second.
 */
export async function generatePrivateKey(keySpec: KeySpec): Promise<KeyObject> {
  const pair = isElliptic(keySpec)
    ? await generate("ec", { namedCurve: CURVES[keySpec].namedCurve })
    : await generate("rsa", { modulusLength: MODULI[keySpec].modulusLength });
  return pair.privateKey;
}

/** The key spec of a private key. Throws a RangeError where the Notary Project has none for it. */
export function keySpecOf(privateKey: KeyObject): KeySpec {
  const jwk = privateKey.export({ format: "jwk" });
  const found =
    jwk.kty === "RSA"
      ? `RSA-${modulusBits(jwk.n ?? "")}`
      : Object.entries(CURVES).find(([, curve]) => curve.namedCurve === jwk.crv)?.[0];
  const keySpec = KEY_SPECS.find((spec) => spec === found);
  if (keySpec === undefined) {
    throw new RangeError(`no key spec for a ${jwk.kty} key ${jwk.crv ?? found}`);
  }
  return keySpec;
}

/** How a key of this spec signs a certificate: RSASSA-PKCS1-v1_5 as CAs do, or ECDSA. */
export function signingAlgorithmOf(
  keySpec: KeySpec,
): RsaHashedImportParams | (EcKeyImportParams & EcdsaParams) {
  return isElliptic(keySpec)
    ? { name: "ECDSA", ...CURVES[keySpec] }
    : { name: "RSASSA-PKCS1-v1_5", hash: MODULI[keySpec].hash };
}

function isElliptic(keySpec: KeySpec): keySpec is keyof typeof CURVES {
  return keySpec in CURVES;
}

function modulusBits(n: string): number {
  return Buffer.from(n, "base64url").length * 8;
}
