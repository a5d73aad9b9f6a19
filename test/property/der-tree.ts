/** ASN.1 in DER (X.690) as a tree that can be changed, and written with what was changed, right or not. */

/** One value. Its content is either octets or further values. */
export interface DerNode {
  readonly tag: number;
  readonly content: Buffer | readonly DerNode[];
  /** The length's octets where they are not to be the right ones. */
  readonly length?: Buffer;
}

const CONSTRUCTED = 0x20;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/** OCTET STRINGs are opened where they hold a SEQUENCE: PKCS#12 nests that way. Undefined where it is not DER. */
export function parseDer(bytes: Buffer): readonly DerNode[] | undefined {
  const nodes: DerNode[] = [];
  for (let start = 0; start < bytes.length; ) {
    const header = readHeader(bytes, start);
    if (header === undefined || header.end > bytes.length) {
      return undefined;
    }
    const tag = bytes.readUInt8(start);
    const content = bytes.subarray(header.start, header.end);
    const isOpened = (tag & CONSTRUCTED) !== 0 || (tag === OCTET_STRING && content[0] === SEQUENCE);
    const children = isOpened ? parseDer(content) : undefined;
    if (children === undefined && (tag & CONSTRUCTED) !== 0) {
      return undefined;
    }
    nodes.push({ tag, content: children ?? content });
    start = header.end;
  }
  return nodes;
}

/** Where the content begins and ends. Tags of one octet only. */
function readHeader(bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined || (bytes.readUInt8(at) & 0x1f) === 0x1f) {
    return undefined;
  }
  if (first < 0x80) {
    return { start: at + 2, end: at + 2 + first };
  }
  const octets = first & 0x7f;
  const start = at + 2 + octets;
  return octets === 0 || octets > 4 || start > bytes.length
    ? undefined
    : { start, end: start + bytes.readUIntBE(at + 2, octets) };
}

/** The octets of a value. */
export function encodeDer({ tag, content, length }: DerNode): Buffer {
  const octets = Buffer.isBuffer(content)
    ? content
    : Buffer.concat(childrenOf({ tag, content }).map(encodeDer));
  return Buffer.concat([Buffer.of(tag), length ?? lengthOf(octets.length), octets]);
}

/** The shortest form of a length (X.690, section 10.1). */
export function lengthOf(size: number): Buffer {
  if (size < 0x80) {
    return Buffer.of(size);
  }
  const octets = Math.ceil(Math.log2(size + 1) / 8);
  const length = Buffer.alloc(octets + 1, 0x80 | octets);
  length.writeUIntBE(size, 1, octets);
  return length;
}

/** The values directly inside. */
export function childrenOf({ content }: DerNode): readonly DerNode[] {
  return Buffer.isBuffer(content) ? [] : (content as readonly DerNode[]);
}

/** How many values the tree has, itself among them. */
export function countNodes(node: DerNode): number {
  return childrenOf(node).reduce((count, child) => count + countNodes(child), 1);
}

/** The value at this place, counted as they are written; the root is 0. */
export function nodeAt(root: DerNode, index: number): DerNode {
  let rest = index - 1;
  for (const child of index === 0 ? [] : childrenOf(root)) {
    const size = countNodes(child);
    if (rest < size) {
      return nodeAt(child, rest);
    }
    rest -= size;
  }
  return root;
}

/** The tree with other values at the place of one. */
export function replaceNode(
  root: DerNode,
  index: number,
  edit: (node: DerNode) => readonly DerNode[],
): DerNode {
  return replaceIn([root], index, edit)[0] ?? root;
}

function replaceIn(
  nodes: readonly DerNode[],
  index: number,
  edit: (node: DerNode) => readonly DerNode[],
): readonly DerNode[] {
  let start = 0;
  return nodes.flatMap((node) => {
    const [first, end] = [start, start + countNodes(node)];
    start = end;
    if (index < first || index >= end) {
      return [node];
    }
    return index === first
      ? edit(node)
      : [{ ...node, content: replaceIn(childrenOf(node), index - first - 1, edit) }];
  });
}
