import type { KeySpec } from "../signature/key-specs.ts";
import { type Certificate, publicKeyOf } from "./certificate.ts";

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

/** A public key in a person's words. */
export interface KeyDescription {
  /** Such as `RSA of 1024 bits` or `P-256K (secp256k1)`. */
  readonly name: string;
  readonly isElliptic: boolean;
}

/** Describes a key for which there is no key spec; read by a library that is loaded only when this is to be told. */
export async function describeKeyOf(certificate: Certificate): Promise<KeyDescription> {
  const algorithm = await algorithmOf(certificate);
  if (algorithm === undefined) {
    return { name: "of an algorithm that is not read here", isElliptic: false };
  }
  const { name, namedCurve, modulusLength } = {
    name: undefined,
    namedCurve: undefined,
    modulusLength: undefined,
    ...algorithm,
  };
  if (modulusLength !== undefined) {
    return { name: `RSA of ${String(modulusLength)} bits`, isElliptic: false };
  }
  const curve = namedCurve === "K-256" ? "P-256K (secp256k1)" : [name, namedCurve].filter(Boolean).join(" ");
  return { name: curve, isElliptic: namedCurve !== undefined };
}

async function algorithmOf({ der }: Certificate): Promise<object | undefined> {
  const { X509Certificate } = await import("./x509-library.ts");
  try {
    return new X509Certificate(new Uint8Array(der)).publicKey.algorithm;
  } catch {
    return undefined;
  }
}
