/**
 * Signs a digest that is given, as `POST /keys/{name}/{version}/sign` does: nothing here hashes the message, which
 * `node:crypto`'s sign would do once more.
 */
import { constants, createHash, type KeyObject, privateEncrypt, randomBytes } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { badParameter } from "./errors.ts";

interface SignatureAlgorithm {
  readonly keyType: "RSA" | "EC";
  /** JWK's `crv`, for EC. */
  readonly curve?: string;
  /** `node:crypto`'s name of the hash that the digest must come from. */
  readonly hash: "sha256" | "sha384" | "sha512";
  /** Bytes of the digest. */
  readonly digestLength: number;
  readonly sign: (digest: Buffer, privateKey: KeyObject, hash: string) => Uint8Array;
}

/** JWS names (RFC 7518, section 3.1) of what a vault signs with. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  PS256: { keyType: "RSA", hash: "sha256", digestLength: 32, sign: signPss },
  PS384: { keyType: "RSA", hash: "sha384", digestLength: 48, sign: signPss },
  PS512: { keyType: "RSA", hash: "sha512", digestLength: 64, sign: signPss },
  RS256: { keyType: "RSA", hash: "sha256", digestLength: 32, sign: signPkcs1 },
  RS384: { keyType: "RSA", hash: "sha384", digestLength: 48, sign: signPkcs1 },
  RS512: { keyType: "RSA", hash: "sha512", digestLength: 64, sign: signPkcs1 },
  ES256: { keyType: "EC", curve: "P-256", hash: "sha256", digestLength: 32, sign: signEcdsa(p256) },
  ES384: { keyType: "EC", curve: "P-384", hash: "sha384", digestLength: 48, sign: signEcdsa(p384) },
  ES512: { keyType: "EC", curve: "P-521", hash: "sha512", digestLength: 64, sign: signEcdsa(p521) },
};

/**
 * The signature over `digest`: RSASSA-PSS with a salt as long as the digest, RSASSA-PKCS1-v1_5, or ECDSA as r||s.
 * Throws BadParameter where the algorithm does not fit the key or the digest does not fit the algorithm.
 */
export function signDigest(alg: string, digest: Buffer, privateKey: KeyObject, keyId: string): Uint8Array {
  const algorithm = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (algorithm === undefined) {
    throw badParameter("Property alg has invalid value\r\n");
  }
  checkKey(alg, algorithm, privateKey, keyId);
  if (digest.length !== algorithm.digestLength) {
    throw badParameter(
      `Invalid length of 'value': ${digest.length} bytes. ${alg} requires ${algorithm.digestLength} bytes, encoded with base64url.`,
    );
  }
  return algorithm.sign(digest, privateKey, algorithm.hash);
}

function checkKey(
  alg: string,
  { keyType, curve }: SignatureAlgorithm,
  privateKey: KeyObject,
  keyId: string,
): void {
  const { kty, crv } = privateKey.export({ format: "jwk" });
  if (kty !== keyType) {
    throw badParameter(
      `Key and signing algorithm are incompatible. Key ${keyId} is of type '${kty}', and algorithm '${alg}' can only be used with a key of type '${keyType}' or '${keyType}-HSM'.`,
    );
  }
  if (curve !== undefined && crv !== curve) {
    throw badParameter(
      `Key and signing algorithm are incompatible. Key ${keyId} uses curve '${crv}', and algorithm '${alg}' can only be used with curve '${curve}'.`,
    );
  }
}

function signPss(digest: Buffer, privateKey: KeyObject, hash: string): Uint8Array {
  const modulusBits = bitLength(privateKey);
  const encoded = emsaPssEncode(digest, modulusBits - 1, hash);
  const block = Buffer.concat([Buffer.alloc(Math.ceil(modulusBits / 8) - encoded.length), encoded]);
  return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
}

/** EMSA-PSS-ENCODE of RFC 8017, section 9.1.1, from step 3 on: mHash is given, sLen equals hLen. */
function emsaPssEncode(mHash: Buffer, emBits: number, hash: string): Buffer {
  const emLength = Math.ceil(emBits / 8);
  const salt = randomBytes(mHash.length);
  const h = createHash(hash).update(Buffer.alloc(8)).update(mHash).update(salt).digest();
  const padding = Buffer.alloc(emLength - salt.length - h.length - 2);
  const db = Buffer.concat([padding, Buffer.of(0x01), salt]);
  const mask = mgf1(h, db.length, hash);
  const maskedDb = Buffer.from(db.map((byte, index) => byte ^ (mask[index] ?? 0)));
  maskedDb[0] = (maskedDb[0] ?? 0) & (0xff >> (8 * emLength - emBits));
  return Buffer.concat([maskedDb, h, Buffer.of(0xbc)]);
}

/** MGF1 of RFC 8017, appendix B.2.1. */
function mgf1(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, made = 0; made < length; counter += 1) {
    const block = createHash(hash).update(seed).update(uint32(counter)).digest();
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function bitLength(privateKey: KeyObject): number {
  return Buffer.from(privateKey.export({ format: "jwk" }).n ?? "", "base64url").length * 8;
}

/** DER of DigestInfo up to the digest itself: RFC 8017, section 9.2, note 1. */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

function signPkcs1(digest: Buffer, privateKey: KeyObject, hash: string): Uint8Array {
  const info = Buffer.concat([Buffer.from(DIGEST_INFO[hash] ?? "", "hex"), digest]);
  return privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
}

function signEcdsa(curve: typeof p256): SignatureAlgorithm["sign"] {
  return (digest, privateKey) => {
    const secret = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    return curve.sign(digest, secret, { prehash: false, lowS: false, format: "compact" });
  };
}
