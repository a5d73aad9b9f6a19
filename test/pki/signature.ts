/** The signature of a certificate by any algorithm, also such as no authority uses any more. */
import { constants, type KeyObject, sign } from "node:crypto";
import { explicit, NULL, objectIdentifier, sequence, smallInteger } from "./der.ts";

/** How a certificate is signed, where it is not SHA-256 with ECDSA or RSASSA-PKCS1-v1_5, or Ed25519. */
export type SignatureMethod =
  | { readonly kind: "sha1" }
  /** RSASSA-PSS with SHA-256; a salt of as many octets as a hash is usual. */
  | { readonly kind: "rsa-pss"; readonly saltLength: number };

/** AlgorithmIdentifier, DER, and what signs by it. */
export interface SignatureScheme {
  readonly identifier: Buffer;
  sign(octets: Uint8Array): Buffer;
}

/** Object identifiers: RFC 8017, appendix C; RFC 5758, section 3.2; RFC 8410, section 3. */
const OID = {
  sha1WithRsa: "2a864886f70d010105",
  sha256WithRsa: "2a864886f70d01010b",
  rsaPss: "2a864886f70d01010a",
  mgf1: "2a864886f70d010108",
  sha256: "608648016503040201",
  ecdsaWithSha1: "2a8648ce3d0401",
  ecdsaWithSha256: "2a8648ce3d040302",
  ed25519: "2b6570",
} as const;

/** What a key signs certificates by. */
export function signatureScheme(key: KeyObject, method: SignatureMethod | undefined): SignatureScheme {
  const hash = method?.kind === "sha1" ? "sha1" : "sha256";
  if (key.asymmetricKeyType === "ed25519") {
    return {
      identifier: sequence(objectIdentifier(OID.ed25519)),
      sign: (octets) => sign(null, octets, key),
    };
  }
  if (key.asymmetricKeyType === "ec") {
    const oid = hash === "sha1" ? OID.ecdsaWithSha1 : OID.ecdsaWithSha256;
    return { identifier: sequence(objectIdentifier(oid)), sign: (octets) => sign(hash, octets, key) };
  }
  if (method?.kind === "rsa-pss") {
    const { saltLength } = method;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return {
      identifier: pssIdentifier(saltLength),
      sign: (octets) => sign("sha256", octets, { key, padding, saltLength }),
    };
  }
  const oid = hash === "sha1" ? OID.sha1WithRsa : OID.sha256WithRsa;
  return { identifier: sequence(objectIdentifier(oid), NULL), sign: (octets) => sign(hash, octets, key) };
}

/** RSASSA-PSS-params: RFC 8017, appendix A.2.3. */
function pssIdentifier(saltLength: number): Buffer {
  const hash = sequence(objectIdentifier(OID.sha256), NULL);
  const mask = sequence(objectIdentifier(OID.mgf1), hash);
  const parameters = sequence(explicit(0, hash), explicit(1, mask), explicit(2, smallInteger(saltLength)));
  return sequence(objectIdentifier(OID.rsaPss), parameters);
}
