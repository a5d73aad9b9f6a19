import { objectIdentifierText, readElements, readSequence, TAG } from "../asn1/der.ts";

/** An attribute of a name (RFC 5280, section 4.1.2.4). */
export interface NameAttribute {
  /** Object identifier. */
  readonly type: string;
  /** Name of its value's type, such as `PrintableString`; undefined for a type that names do not have. */
  readonly stringType: string | undefined;
  /** Undefined where the octets are no such string, or of a type that names do not have. */
  readonly value: string | undefined;
  readonly octets: Uint8Array;
}

/** A type of strings (X.680, section 41). */
interface StringType {
  readonly name: string;
  /** Undefined for octets that are none. */
  readonly decode: (octets: Buffer) => string | undefined;
}

/**
 * The types by their tags, as Go reads them, in which Notation is written. Of PrintableString it allows `*` and `&` beside the
 * characters that X.680 does.
 */
const STRING_TYPES: ReadonlyMap<number, StringType> = new Map<number, StringType>([
  [0x0c, { name: "UTF8String", decode: decodeUtf8 }],
  [0x12, { name: "NumericString", decode: decoderOf(/^[0-9 ]*$/) }],
  [0x13, { name: "PrintableString", decode: decoderOf(/^[A-Za-z0-9 '()+,\-./:=?*&]*$/) }],
  // Everybody writes ISO 8859-1 into it.
  [0x14, { name: "TeletexString", decode: decoderOf(/^/) }],
  [0x16, { name: "IA5String", decode: decoderOf(/^[\0-\x7f]*$/) }],
  [0x1e, { name: "BMPString", decode: decodeBmp }],
]);

/** Halves of pairs, and code points that are no characters: UCS-2 has neither. */
const NO_UCS2 = /[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/;

/**
 * The attributes of a name in their order; those of one relative name stand beside each other.
 * @param name DER, as `CertificateContents` has it
 * @throws RangeError where it is no name.
 */
export function nameAttributesOf(name: Uint8Array): readonly NameAttribute[] {
  const attributes = readSequence(name).flatMap(({ content }) => readElements(content));
  return attributes.map(({ content }) => {
    const [type, value] = readElements(content);
    if (type?.tag !== TAG.objectIdentifier || value === undefined) {
      throw new RangeError("not an attribute of a name");
    }
    const stringType = STRING_TYPES.get(value.tag);
    return {
      type: objectIdentifierText(type.content),
      stringType: stringType?.name,
      value: stringType?.decode(Buffer.from(value.content)),
      octets: value.content,
    };
  });
}

function decoderOf(allowed: RegExp): StringType["decode"] {
  return (octets) => {
    const text = octets.toString("latin1");
    return allowed.test(text) ? text : undefined;
  };
}

function decodeUtf8(octets: Buffer): string | undefined {
  const text = octets.toString("utf8");
  return Buffer.from(text).equals(octets) ? text : undefined;
}

/** A zero at the end is no part of it. */
function decodeBmp(octets: Buffer): string | undefined {
  if (octets.length % 2 !== 0) {
    return undefined;
  }
  const text = octets.swap16().toString("utf16le").replace(/\0$/, "");
  return NO_UCS2.test(text) ? undefined : text;
}
