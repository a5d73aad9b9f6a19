/**
 * PKCS#12 (RFC 7292) as Key Vault makes it: key and certificates under pbeWithSHA1And3-KeyTripleDES-CBC, MAC of
 * SHA-1, 2000 iterations everywhere, and a NULL password: zero bytes, not even the two of an empty BMPString.
 */
import { createCipheriv, createHash, createHmac, type KeyObject, randomBytes } from "node:crypto";
import forge from "node-forge";

const { asn1 } = forge;

const ITERATIONS = 2000;
/** RFC 7292, appendix B.3: what the derived bytes are for. */
const KEY_ID = { encryption: 1, iv: 2, mac: 3 } as const;

const OID = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  pbeWithSha1And3KeyTripleDesCbc: "1.2.840.113549.1.12.1.3",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  localKeyId: "1.2.840.113549.1.9.21",
  sha1: "1.3.14.3.2.26",
} as const;

/** What goes into a file. */
export interface Pkcs12Content {
  /** Left out where the vault's policy makes the key not exportable. */
  readonly privateKey?: KeyObject;
  /** DER, kept in this order. */
  readonly certificates: readonly Uint8Array[];
  /** Which of them the private key belongs to: it gets the same localKeyId. */
  readonly leaf: Uint8Array;
}

/** Makes the file, DER. */
export function encodePkcs12({ privateKey, certificates, leaf }: Pkcs12Content): Buffer {
  const bags = certificates.map((der) => certificateBag(der, Buffer.from(der).equals(leaf)));
  const contents = [
    ...(privateKey ? [dataContent(toDer(sequence(shroudedKeyBag(privateKey))))] : []),
    encryptedContent(toDer(sequence(...bags))),
  ];
  const authenticatedSafe = toDer(sequence(...contents));
  return toDer(sequence(integer(3), dataContent(authenticatedSafe), macData(authenticatedSafe)));
}

function shroudedKeyBag(privateKey: KeyObject): forge.asn1.Asn1 {
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const { algorithm, ciphertext } = encrypt(pkcs8);
  const info = sequence(algorithm, octets(ciphertext));
  return sequence(oid(OID.shroudedKeyBag), explicit(info), localKeyId());
}

function certificateBag(der: Uint8Array, isLeaf: boolean): forge.asn1.Asn1 {
  const bag = sequence(oid(OID.x509Certificate), explicit(octets(Buffer.from(der))));
  return sequence(oid(OID.certificateBag), explicit(bag), ...(isLeaf ? [localKeyId()] : []));
}

/** The attribute that ties a key to its certificate: RFC 2985, section 5.5.2. */
function localKeyId(): forge.asn1.Asn1 {
  return set(sequence(oid(OID.localKeyId), set(octets(Buffer.from([1, 0, 0, 0])))));
}

function dataContent(data: Buffer): forge.asn1.Asn1 {
  return sequence(oid(OID.data), explicit(octets(data)));
}

function encryptedContent(data: Buffer): forge.asn1.Asn1 {
  const { algorithm, ciphertext } = encrypt(data);
  const content = context(0, false, ciphertext);
  const info = sequence(oid(OID.data), algorithm, content);
  return sequence(oid(OID.encryptedData), explicit(sequence(integer(0), info)));
}

function encrypt(plaintext: Buffer): { readonly algorithm: forge.asn1.Asn1; readonly ciphertext: Buffer } {
  const salt = randomBytes(8);
  const cipher = createCipheriv(
    "des-ede3-cbc",
    derive(salt, KEY_ID.encryption, 24),
    derive(salt, KEY_ID.iv, 8),
  );
  const parameters = sequence(octets(salt), integer(ITERATIONS));
  return {
    algorithm: sequence(oid(OID.pbeWithSha1And3KeyTripleDesCbc), parameters),
    ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final()]),
  };
}

function macData(authenticatedSafe: Buffer): forge.asn1.Asn1 {
  const salt = randomBytes(20);
  const mac = createHmac("sha1", derive(salt, KEY_ID.mac, 20))
    .update(authenticatedSafe)
    .digest();
  const sha1 = sequence(oid(OID.sha1), asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, ""));
  return sequence(sequence(sha1, octets(mac)), octets(salt), integer(ITERATIONS));
}

/**
 * RFC 7292, appendix B.2, for SHA-1 and a password of no bytes: then P of step 3 is empty, and no output here is
 * longer than two blocks. Written out because it is the one point in which a NULL password differs.
 */
function derive(salt: Buffer, id: number, length: number): Buffer {
  const block = 64;
  const diversifier = Buffer.alloc(block, id);
  const input = Buffer.alloc(Math.ceil(salt.length / block) * block);
  for (let index = 0; index < input.length; index += 1) {
    input[index] = salt[index % salt.length] ?? 0;
  }
  const output: Buffer[] = [];
  for (let made = 0; made < length; made += 20) {
    let a = createHash("sha1").update(diversifier).update(input).digest();
    for (let round = 1; round < ITERATIONS; round += 1) {
      a = createHash("sha1").update(a).digest();
    }
    output.push(a);
    addBlock(input, a, block);
  }
  return Buffer.concat(output).subarray(0, length);
}

/** Step 6C: each block of I becomes (I + B + 1) mod 2^512, B being the hash repeated to a whole block. */
function addBlock(input: Buffer, hash: Buffer, block: number): void {
  for (let start = 0; start < input.length; start += block) {
    let carry = 1;
    for (let index = block - 1; index >= 0; index -= 1) {
      const sum = (input[start + index] ?? 0) + (hash[index % hash.length] ?? 0) + carry;
      input[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}

function sequence(...items: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, items);
}

function set(...items: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, items);
}

function oid(value: string): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(value).getBytes());
}

function integer(value: number): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

function octets(value: Buffer): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, value.toString("latin1"));
}

/** [0] EXPLICIT */
function explicit(item: forge.asn1.Asn1): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [item]);
}

/** [tag] IMPLICIT, primitive bytes. */
function context(tag: number, constructed: boolean, value: Buffer): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, constructed, value.toString("latin1"));
}

function toDer(item: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(item).getBytes(), "latin1");
}
