/** Changes of bytes that happen on the way, or that somebody makes on purpose. */
import fc from "fast-check";

/** One change. Places are taken modulo the length of what is changed. */
type Change = (bytes: Buffer) => Buffer;

/** What parsers of text and of ASN.1 trip over: quotes, brackets, lengths, signs, halves of UTF-8 characters. */
const TELLING_BYTES = [
  ...Buffer.from(`"\\{}[]:,-+.0 \t\r\n/@#?%=`),
  ...[0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xa0, 0xbf, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xfe, 0xff],
];

const MOST_CHANGES = 4;
const LONGEST_PIECE = 24;

const place = fc.nat({ max: 2 ** 20 });
const pieceLength = fc.integer({ min: 1, max: LONGEST_PIECE });
const tellingByte = fc.constantFrom(...TELLING_BYTES);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(place, fc.uint8Array({ minLength: 1, maxLength: LONGEST_PIECE }))
    .map(([at, piece]) => replaceAt(at, 0, piece)),
  fc.tuple(place, tellingByte).map(([at, byte]) => replaceAt(at, 0, Uint8Array.of(byte))),
  fc.tuple(place, tellingByte).map(([at, byte]) => replaceAt(at, 1, Uint8Array.of(byte))),
  fc.tuple(place, pieceLength).map(([at, length]) => replaceAt(at, length, new Uint8Array())),
  fc.tuple(place, fc.nat({ max: 7 })).map(([at, bit]) => flipBit(at, bit)),
  place.map(cutAt),
  fc.tuple(place, pieceLength, place).map(([from, length, to]) => copyTo(from, length, to)),
);

/** One to four changes, one after the other. */
export const byteChanges: fc.Arbitrary<Change> = fc
  .array(change, { minLength: 1, maxLength: MOST_CHANGES })
  .map((changes) => (bytes) => changes.reduce((changed, next) => next(changed), bytes));

function replaceAt(at: number, length: number, piece: Uint8Array): Change {
  return (bytes) => {
    const start = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(start + length)]);
  };
}

function copyTo(from: number, length: number, to: number): Change {
  return (bytes) => {
    const start = from % (bytes.length + 1);
    return replaceAt(to, 0, bytes.subarray(start, start + length))(bytes);
  };
}

function cutAt(at: number): Change {
  return (bytes) => bytes.subarray(0, at % (bytes.length + 1));
}

function flipBit(at: number, bit: number): Change {
  return (bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) {
      const index = at % changed.length;
      changed.writeUInt8(changed.readUInt8(index) ^ (1 << bit), index);
    }
    return changed;
  };
}
