import { hash } from "node:crypto";

/** What the derived octets are for: the ID byte of RFC 7292, appendix B.3. */
export const DERIVATION_ID = { key: 1, initializationVector: 2 } as const;

/** SHA-1, the only hash that PKCS#12's own encryption schemes know: output and block size in octets. */
const HASH = { name: "sha1", outputSize: 20, blockSize: 64 } as const;

/**
 * Key derivation of PKCS#12's own encryption schemes (RFC 7292, appendix B.2) with SHA-1.
 * @param password a BMPString with its terminator, or no octets at all for the null password
 * @param size octets wanted
 */
export function deriveKey(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  id: (typeof DERIVATION_ID)[keyof typeof DERIVATION_ID],
  size: number,
): Buffer {
  const diversifier = Buffer.alloc(HASH.blockSize, id);
  const input = Buffer.concat([fillBlocks(salt), fillBlocks(password)]);
  const derived: Buffer[] = [];
  for (let length = 0; length < size; length += HASH.outputSize) {
    let block = hash(HASH.name, Buffer.concat([diversifier, input]), "buffer");
    for (let round = 1; round < iterations; round += 1) {
      block = hash(HASH.name, block, "buffer");
    }
    derived.push(block);
    addToEachBlock(input, fillBlocks(block, HASH.blockSize));
  }
  return Buffer.concat(derived).subarray(0, size);
}

/** Copies of the octets, the last cut, up to a multiple of the hash's block size (steps 2 and 3, and 6 B). */
function fillBlocks(
  octets: Uint8Array,
  size = Math.ceil(octets.length / HASH.blockSize) * HASH.blockSize,
): Buffer {
  return size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, octets);
}

/** I_j = (I_j + B + 1) mod 2^v for each block of the input, big endian (step 6 C). */
function addToEachBlock(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += HASH.blockSize) {
    let carry = 1;
    for (let offset = HASH.blockSize - 1; offset >= 0; offset -= 1) {
      const sum = input.readUInt8(start + offset) + addend.readUInt8(offset) + carry;
      input.writeUInt8(sum & 0xff, start + offset);
      carry = sum >> 8;
    }
  }
}
