/** Names are read as Notation reads them: each type of strings by its own rules, and no others. */
import { expect, test } from "bun:test";
import { nameAttributesOf } from "../../src/certificate/name-attributes.ts";
import { der, objectIdentifier, sequence } from "../pki/der.ts";

/** A name of one attribute, whose octets are each a character of the text. */
function nameOf(tag: number, octets: string): Uint8Array {
  const value = der(tag, Buffer.from(octets, "latin1"));
  return new Uint8Array(sequence(der(0x31, sequence(objectIdentifier("550403"), value))));
}

test.each<[string, number, string, string | undefined]>([
  ["UTF8String", 0x0c, "a\xc3\xa4", "aä"],
  ["UTF8String", 0x0c, "\xe4", undefined],
  ["UTF8String", 0x0c, "\xed\xa0\x80", undefined],
  ["NumericString", 0x12, "12 3", "12 3"],
  ["NumericString", 0x12, "12a", undefined],
  ["PrintableString", 0x13, "a*&'()+,-./:=? 1", "a*&'()+,-./:=? 1"],
  ["PrintableString", 0x13, "a_b", undefined],
  ["TeletexString", 0x14, "\xe4", "ä"],
  ["IA5String", 0x16, "a@b", "a@b"],
  ["IA5String", 0x16, "\x80", undefined],
  ["BMPString", 0x1e, "\0a\x20\xac", "a€"],
  ["BMPString", 0x1e, "\0a\0\0", "a"],
  ["BMPString", 0x1e, "a", undefined],
  ["BMPString", 0x1e, "\xd8\0\xdc\0", undefined],
  ["BMPString", 0x1e, "\xff\xfe", undefined],
])("%s (tag %d) of %j is %j", (stringType, tag, octets, value) => {
  const [attribute, ...others] = nameAttributesOf(nameOf(tag, octets));
  expect(attribute).toEqual({
    type: "2.5.4.3",
    stringType,
    value,
    octets: new Uint8Array(Buffer.from(octets, "latin1")),
  });
  expect(others).toEqual([]);
});

test.each([0x1c, 0x1b, 0x1a, 0x02])("a value with tag %d is of no type that names have", (tag) => {
  expect(nameAttributesOf(nameOf(tag, "a"))).toMatchObject([{ stringType: undefined, value: undefined }]);
});

test("what is no name is a RangeError", () => {
  const withoutValue = sequence(der(0x31, sequence(objectIdentifier("550403"))));
  for (const octets of [Buffer.of(), Buffer.from("name"), withoutValue]) {
    expect(() => nameAttributesOf(new Uint8Array(octets))).toThrow(RangeError);
  }
});
