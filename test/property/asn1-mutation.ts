/** Changes of ASN.1 that a parser must stand: tags, lengths, numbers, order, depth. */
import fc from "fast-check";
import { byteChanges } from "./byte-mutation.ts";
import {
  childrenOf,
  countNodes,
  type DerNode,
  encodeDer,
  lengthOf,
  nodeAt,
  parseDer,
  replaceNode,
} from "./der-tree.ts";

const TAGS = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x1e, 0x24, 0x30, 0x31, 0x80, 0x9f, 0xa0, 0xa1, 0xbf, 0xff,
];
const INTEGER = 0x02;
const OBJECT_IDENTIFIER = 0x06;
const INDEFINITE = 0x80;
const CONSTRUCTED = 0x20;

/** Numbers as two's complement. As rounds of key derivation, those from the fifth on would take minutes to years. */
const NUMBERS = [
  ...["00", "01", "ff", "00ff", "7fffffff", "0080000000", "00ffffffff", "80000000", "7fffffffffffffff"],
  ...["008000000000000000", `7f${"ff".repeat(31)}`, `80${"00".repeat(31)}`, "", "000000000002"],
].map((hex) => Buffer.from(hex, "hex"));

/** Lengths that are not the content's: too long, too short, indefinite without an end, reserved. */
const LENGTHS = [
  "00",
  "01",
  "7f",
  "80",
  "81ff",
  "820000",
  "84ffffffff",
  "847fffffff",
  "8800000000ffffffff",
  "ff",
].map((hex) => Buffer.from(hex, "hex"));

/** Encryption schemes, hashes, kinds of bags and of content, where another one was. */
const IDENTIFIERS = [
  ...[
    "2a864886f70d010c0103",
    "2a864886f70d010c0101",
    "2a864886f70d010c0106",
    "2a864886f70d01050d",
    "2a864886f70d01050c",
  ],
  ...[
    "2a864886f70d010701",
    "2a864886f70d010706",
    "2a864886f70d010703",
    "2a864886f70d010c0a0106",
    "2a864886f70d010c0a0103",
  ],
  ...[
    "608648016503040102",
    "60864801650304012a",
    "2a864886f70d0307",
    "2a864886f70d0207",
    "2a864886f70d020b",
    "2a8648ce3d0201",
  ],
  ...["2b8104000a", "2a8648ce3d030107", "2b6570", "2a864886f70d010101", "80", "ff".repeat(30)],
].map((hex) => Buffer.from(hex, "hex"));

/** Values in values: deep, but in a file that is not large. */
const DEEP = 3000;

type Change = (root: DerNode) => DerNode;

const place = fc.nat({ max: 2 ** 20 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...TAGS)).map(([at, tag]) => editAt(at, (node) => [{ ...node, tag }])),
  fc
    .tuple(place, fc.constantFrom(...LENGTHS))
    .map(([at, length]) => editAt(at, (node) => [{ ...node, length }])),
  fc
    .tuple(place, fc.constantFrom(...NUMBERS))
    .map(([at, content]) => editKind(INTEGER, at, (node) => [{ ...node, content }])),
  fc
    .tuple(place, fc.constantFrom(...IDENTIFIERS))
    .map(([at, content]) => editKind(OBJECT_IDENTIFIER, at, (node) => [{ ...node, content }])),
  fc
    .tuple(place, fc.constantFrom(...NUMBERS))
    .map(([at, content]) => editAt(at, (node) => [{ ...node, content }])),
  fc
    .tuple(place, byteChanges)
    .map(([at, damage]) => editAt(at, (node) => [{ ...node, content: damage(contentOf(node)) }])),
  place.map((at) => editAt(at, () => [])),
  fc
    .tuple(place, fc.constantFrom(1, 2, 40))
    .map(([at, copies]) => editAt(at, (node) => [node, ...Array(copies).fill(node)])),
  fc.tuple(place, place).map(
    ([from, to]) =>
      (root: DerNode) =>
        editAt(to, () => [nodeAt(root, from % countNodes(root))])(root),
  ),
  fc
    .tuple(place, fc.constantFrom(1, 2, DEEP), fc.constantFrom(...TAGS))
    .map(([at, levels, tag]) => editAt(at, (node) => [wrap(node, levels, tag)])),
  place.map((at) => editAt(at, (node) => [{ ...node, content: childrenOf(node).toReversed() }])),
  place.map((at) => editAt(at, (node) => [withoutLength(node)])),
);

/** Files of ASN.1 with one to three changes of the tree, or of the octets. Throws for a file that is not DER. */
export function changedAsn1(rights: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const files = rights.map((file) => Buffer.from(file));
  const roots = files.map((file) => {
    const [root] = parseDer(file) ?? [];
    if (root === undefined || !encodeDer(root).equals(file)) {
      throw new Error("the file is not DER");
    }
    return root;
  });
  const changedTree = fc
    .tuple(fc.constantFrom(...roots), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([root, changes]) => encodeDer(changes.reduce((changed, next) => next(changed), root)));
  const damaged = fc.tuple(fc.constantFrom(...files), byteChanges).map(([file, damage]) => damage(file));
  return fc.oneof({ arbitrary: changedTree, weight: 3 }, { arbitrary: damaged, weight: 1 });
}

function editAt(at: number, edit: (node: DerNode) => readonly DerNode[]): Change {
  return (root) => replaceNode(root, at % countNodes(root), edit);
}

/** Changes one of the values that have this tag; the tree stays where it has none. */
function editKind(tag: number, at: number, edit: (node: DerNode) => readonly DerNode[]): Change {
  return (root) => {
    const places = Array.from({ length: countNodes(root) }, (_, index) => index).filter(
      (index) => nodeAt(root, index).tag === tag,
    );
    const chosen = places[at % Math.max(1, places.length)];
    return chosen === undefined ? root : replaceNode(root, chosen, edit);
  };
}

function contentOf(node: DerNode): Buffer {
  return Buffer.isBuffer(node.content) ? node.content : Buffer.concat(childrenOf(node).map(encodeDer));
}

/** The value inside so many others, made without recursion. */
function wrap(node: DerNode, levels: number, tag: number): DerNode {
  let octets = encodeDer(node);
  for (let level = 1; level < levels; level += 1) {
    octets = Buffer.concat([Buffer.of(tag), lengthOf(octets.length), octets]);
  }
  return { tag, content: octets };
}

/** The same in BER: constructed, of indefinite length, ended by two octets (X.690, section 8.1.3.6). */
function withoutLength(node: DerNode): DerNode {
  const inside = Buffer.isBuffer(node.content) ? encodeDer(node) : contentOf(node);
  return {
    tag: node.tag | CONSTRUCTED,
    length: Buffer.of(INDEFINITE),
    content: Buffer.concat([inside, Buffer.of(0, 0)]),
  };
}
