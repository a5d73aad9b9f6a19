import { createHash } from "node:crypto";

/** What the derived octets are for: the ID byte of RFC 7292, appendix B.3. */
export const derivationId = { key: 1, initializationVector: 2 } as const;

/** SHA-1, the only hash that PKCS#12's own encryption schemes know: output and block size in octets. */
const hash = { name: "sha1", outputSize: 20, blockSize: 64 } as const;

/**
 * Key derivation of PKCS#12's own encryption schemes (RFC 7292, appendix B.2) with SHA-1.
 * @param password a BMPString with its terminator, or no octets at all for the null password
 * @param size octets wanted
 */
export function deriveKey(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  id: (typeof derivationId)[keyof typeof derivationId],
  size: number,
): Buffer {
  const diversifier = Buffer.alloc(hash.blockSize, id);
  const input = Buffer.concat([fillBlocks(salt), fillBlocks(password)]);
  const derived: Buffer[] = [];
  for (let length = 0; length < size; length += hash.outputSize) {
    let block = createHash(hash.name).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round += 1) {
      block = createHash(hash.name).update(block).digest();
    }
    derived.push(block);
    addToEachBlock(input, fillBlocks(block, hash.blockSize));
  }
  return Buffer.concat(derived).subarray(0, size);
}

/** Copies of the octets, the last cut, up to a multiple of the hash's block size (steps 2 and 3, and 6 B). */
function fillBlocks(
  octets: Uint8Array,
  size = Math.ceil(octets.length / hash.blockSize) * hash.blockSize,
): Buffer {
  return size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, octets);
}

/** I_j = (I_j + B + 1) mod 2^v for each block of the input, big endian (step 6 C). */
function addToEachBlock(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += hash.blockSize) {
    let carry = 1;
    for (let offset = hash.blockSize - 1; offset >= 0; offset -= 1) {
      const sum = input.readUInt8(start + offset) + addend.readUInt8(offset) + carry;
      input.writeUInt8(sum & 0xff, start + offset);
      carry = sum >> 8;
    }
  }
}
