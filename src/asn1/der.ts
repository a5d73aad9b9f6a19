/** An element of DER (X.690): a tag, and what is in it. */
export interface DerElement {
  /** The identifier octet: class, constructed or not, number. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** The whole element, tag and length included. */
  readonly encoded: Uint8Array;
}

/** Identifier octets of the types that certificates are made of (X.690, section 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const;

/** The identifier octet of a context-specific tag: `[number]`. */
export function contextTag(number: number, form: "primitive" | "constructed" = "constructed"): number {
  return (form === "primitive" ? 0x80 : 0xa0) | number;
}

/**
 * The elements that stand one after the other in these octets. Lengths are definite, as DER wants them, and tag numbers
 * below 31, as certificates have them.
 * @throws RangeError where the octets are none such.
 */
export function readElements(octets: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let start = 0; start < octets.length; ) {
    const element = readElement(octets.subarray(start));
    elements.push(element);
    start += element.encoded.length;
  }
  return elements;
}

/**
 * The elements in a SEQUENCE.
 * @throws RangeError where the octets are not one SEQUENCE.
 */
export function readSequence(octets: Uint8Array): DerElement[] {
  const [sequence, ...rest] = readElements(octets);
  if (sequence?.tag !== TAG.sequence || rest.length > 0) {
    throw new RangeError("not one SEQUENCE");
  }
  return readElements(sequence.content);
}

/** An OBJECT IDENTIFIER's content as dotted text (X.690, section 8.19). */
export function objectIdentifierText(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 0x80 + (octet & 0x7f);
    if ((octet & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...others].join(".");
}

function readElement(octets: Uint8Array): DerElement {
  const [tag = 0, first = 0x80] = octets;
  // 0x80 alone would be BER's indefinite length; more than four octets no certificate needs.
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthOctets > 4) {
    throw new RangeError("not DER");
  }
  const start = 2 + lengthOctets;
  const length =
    lengthOctets === 0 ? first : octets.subarray(2, start).reduce((sum, o) => sum * 0x100 + o, 0);
  const end = start + length;
  if (end > octets.length) {
    throw new RangeError("DER that ends too early");
  }
  return { tag, content: octets.subarray(start, end), encoded: octets.subarray(0, end) };
}
