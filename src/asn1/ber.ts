/** BER (X.690, section 8), which files come in that not a vault has written: what DER forbids is read here. */
import { objectIdentifierText, TAG } from "./der.ts";

/** An element with what is in it. */
export interface BerElement {
  /** The identifier octet: class, constructed or not, number. */
  readonly tag: number;
  /** What is in a primitive one; of a constructed one, the octets of its elements. */
  readonly content: Uint8Array;
  /** What is in a constructed one. */
  readonly elements: readonly BerElement[];
  /** The whole element, tag and length included. */
  readonly encoded: Uint8Array;
}

const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
const END_OF_CONTENTS = 2;

/** Deeper than any file needs. */
const DEEPEST = 64;

/**
 * The one element that begins the octets; what follows it is passed over.
 * @throws RangeError where there is none.
 */
export function readBer(octets: Uint8Array): BerElement {
  return readElement(octets, 0);
}

/**
 * The elements in a constructed one with this tag.
 * @throws RangeError for another one, or for none.
 */
export function elementsIn(element: BerElement | undefined, tag: number): readonly BerElement[] {
  if (element?.tag !== tag) {
    throw new RangeError("another element than expected");
  }
  return element.elements;
}

/**
 * The octets of an OCTET STRING, which BER may have in segments (section 8.7.3), and those in segments again.
 * @param tag of one that is in one piece; default: a universal one's
 * @throws RangeError for another element.
 */
export function octetsIn(element: BerElement | undefined, tag: number = TAG.octetString): Uint8Array {
  if (element?.tag === tag) {
    return element.content;
  }
  if (element?.tag !== (tag | CONSTRUCTED)) {
    throw new RangeError("not an OCTET STRING");
  }
  return Buffer.concat(element.elements.map((segment) => octetsIn(segment)));
}

/**
 * An OBJECT IDENTIFIER as dotted text.
 * @throws RangeError for another element.
 */
export function identifierIn(element: BerElement | undefined): string {
  if (element?.tag !== TAG.objectIdentifier) {
    throw new RangeError("not an OBJECT IDENTIFIER");
  }
  return objectIdentifierText(element.content);
}

/**
 * A non-negative INTEGER, as far as a number is exact; one that is larger is not a safe integer.
 * @throws RangeError for another element.
 */
export function integerIn(element: BerElement | undefined): number {
  if (element?.tag !== TAG.integer || element.content.length === 0 || (element.content[0] ?? 0) >= 0x80) {
    throw new RangeError("not an INTEGER that is not negative");
  }
  return element.content.reduce((value, octet) => value * 0x100 + octet, 0);
}

function readElement(octets: Uint8Array, depth: number): BerElement {
  const [tag = 0, first = 0] = octets;
  if (octets.length < 2 || (tag & 0x1f) === 0x1f || depth > DEEPEST) {
    throw new RangeError("not BER as files are written");
  }
  const constructed = (tag & CONSTRUCTED) !== 0;
  if (first === INDEFINITE) {
    return readIndefinite(octets, tag, constructed, depth);
  }
  const lengthOctets = first < INDEFINITE ? 0 : first & 0x7f;
  const start = 2 + lengthOctets;
  const length =
    lengthOctets === 0 ? first : octets.subarray(2, start).reduce((sum, octet) => sum * 0x100 + octet, 0);
  if (start + length > octets.length) {
    throw new RangeError("BER that ends too early");
  }
  const content = octets.subarray(start, start + length);
  const elements = constructed ? readElements(content, depth + 1) : [];
  return { tag, content, elements, encoded: octets.subarray(0, start + length) };
}

function readElements(content: Uint8Array, depth: number): BerElement[] {
  const elements: BerElement[] = [];
  for (let rest = content; rest.length > 0; ) {
    const element = readElement(rest, depth);
    elements.push(element);
    rest = rest.subarray(element.encoded.length);
  }
  return elements;
}

/** Without a length it goes on until two zero octets (section 8.1.5). */
function readIndefinite(octets: Uint8Array, tag: number, constructed: boolean, depth: number): BerElement {
  if (!constructed) {
    throw new RangeError("a primitive element without a length");
  }
  const elements: BerElement[] = [];
  let end = 2;
  for (;;) {
    const rest = octets.subarray(end);
    if (rest[0] === 0 && rest[1] === 0) {
      const encoded = octets.subarray(0, end + END_OF_CONTENTS);
      return { tag, content: octets.subarray(2, end), elements, encoded };
    }
    const element = readElement(rest, depth + 1);
    elements.push(element);
    end += element.encoded.length;
  }
}
