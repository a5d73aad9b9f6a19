import { validationError } from "../error/plugin-error.ts";
import type { KeySpec } from "../signature/algorithm.ts";
import { type Certificate, publicKeyOf, subjectOf } from "./certificate.ts";

const RSA_KEY_SPECS: ReadonlyMap<number | undefined, KeySpec> = new Map([
  [2048, "RSA-2048"],
  [3072, "RSA-3072"],
  [4096, "RSA-4096"],
]);

/** By OpenSSL's names of the curves. */
const EC_KEY_SPECS: ReadonlyMap<string | undefined, KeySpec> = new Map([
  ["prime256v1", "EC-256"],
  ["secp384r1", "EC-384"],
  ["secp521r1", "EC-521"],
]);

/** The key spec of the certificate's public key; undefined where the Notary Project has none for it. */
export function keySpecOf(certificate: Certificate): KeySpec | undefined {
  const publicKey = publicKeyOf(certificate);
  const details = publicKey?.asymmetricKeyDetails;
  return publicKey?.asymmetricKeyType === "rsa"
    ? RSA_KEY_SPECS.get(details?.modulusLength)
    : EC_KEY_SPECS.get(details?.namedCurve);
}

/**
 * The key spec of the certificate's public key.
 * @throws PluginError VALIDATION_ERROR that names the key where the Notary Project has no key spec for it.
 */
export async function requireKeySpec(certificate: Certificate): Promise<KeySpec> {
  const keySpec = keySpecOf(certificate);
  if (keySpec === undefined) {
    throw validationError(
      `the key of certificate "${subjectOf(certificate)}" is ${await keyName(certificate)}, and the Notary Project ` +
        "has no key spec for it",
      "make the certificate with an RSA key of 2048, 3072 or 4096 bits, or an EC key on P-256, P-384 or P-521",
    );
  }
  return keySpec;
}

/** What a person calls the key; read by a library that is loaded only when this is to be told. */
async function keyName(certificate: Certificate): Promise<string> {
  const algorithm = await algorithmOf(certificate);
  if (algorithm === undefined) {
    return "of an algorithm that is not read here";
  }
  const { name, namedCurve, modulusLength } = {
    name: undefined,
    namedCurve: undefined,
    modulusLength: undefined,
    ...algorithm,
  };
  if (modulusLength !== undefined) {
    return `RSA of ${String(modulusLength)} bits`;
  }
  return namedCurve === "K-256" ? "P-256K (secp256k1)" : [name, namedCurve].filter(Boolean).join(" ");
}

async function algorithmOf({ der }: Certificate): Promise<object | undefined> {
  await import("reflect-metadata");
  const { X509Certificate } = await import("@peculiar/x509");
  try {
    return new X509Certificate(new Uint8Array(der)).publicKey.algorithm;
  } catch {
    return undefined;
  }
}
