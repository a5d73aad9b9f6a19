/** What Go's parser refuses, by which Notation reads certificates, though others read it: RFC 5280 forbids all of it. */

import { contextTag, readElements, readSequence } from "../asn1/der.ts";
import type { Certificate } from "../certificate/certificate.ts";
import { type Finding, issueAgain, type Rule } from "./rule.ts";

const ALTERNATIVE_NAME = "2.5.29.17";
const PRINTABLE_STRING = 0x13;
const IA5_STRING = 0x16;

/** Characters of a string by its type (X.680, section 41); the two that Go allows beside them are `*` and `&`. */
const CHARACTERS: ReadonlyMap<number, { readonly name: string; readonly pattern: RegExp }> = new Map([
  [PRINTABLE_STRING, { name: "PrintableString", pattern: /^[A-Za-z0-9 '()+,\-./:=?*&]*$/ }],
  [IA5_STRING, { name: "IA5String", pattern: /^[\0-\x7f]*$/ }],
]);

/** Octets of an IP address. */
const ADDRESS_LENGTHS: ReadonlySet<number> = new Set([4, 16]);

/** Of every certificate. */
export const READABILITY_RULES: readonly Rule[] = [
  checkSerialNumber,
  checkRepeated,
  checkNames,
  checkAlternativeNames,
];

function checkSerialNumber({ contents }: Certificate): Finding | undefined {
  const [first = 0] = contents.serialNumber;
  return (first & 0x80) === 0 ? undefined : issueAgain("its serial number is negative");
}

function checkRepeated({ contents }: Certificate): Finding | undefined {
  const [repeated] = contents.repeated;
  return repeated === undefined ? undefined : issueAgain(`it has the extension ${repeated} twice`);
}

function checkNames({ contents }: Certificate): Finding | undefined {
  for (const name of [contents.subject, contents.issuer]) {
    const attributes = readSequence(name).flatMap(({ content }) => readElements(content));
    for (const attribute of attributes) {
      const [, value] = readElements(attribute.content);
      const characters = value && CHARACTERS.get(value.tag);
      const text = Buffer.from(value?.content ?? []).toString("latin1");
      if (characters !== undefined && !characters.pattern.test(text)) {
        return issueAgain(`a name in it holds ${JSON.stringify(text)}, which no ${characters.name} may be`);
      }
    }
  }
  return undefined;
}

function checkAlternativeNames({ contents }: Certificate): Finding | undefined {
  const extension = contents.extensions.get(ALTERNATIVE_NAME);
  const names = extension === undefined ? [] : readSequence(extension.value);
  const wrong = names.find(
    ({ tag, content }) => tag === contextTag(7, "primitive") && !ADDRESS_LENGTHS.has(content.length),
  );
  return wrong && issueAgain(`it has an IP address of ${wrong.content.length} octets for another name`);
}
