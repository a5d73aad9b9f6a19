/** What Go's parser refuses, by which Notation reads certificates, though others read it: RFC 5280 forbids all of it. */

import { contextTag, readSequence } from "../asn1/der.ts";
import type { Certificate } from "../certificate/certificate.ts";
import { nameAttributesOf } from "../certificate/name-attributes.ts";
import { type Finding, issueAgain, type Rule } from "./rule.ts";

const ALTERNATIVE_NAME = "2.5.29.17";

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
  const attributes = [contents.subject, contents.issuer].flatMap(nameAttributesOf);
  const wrong = attributes.find(({ value }) => value === undefined);
  if (wrong === undefined) {
    return undefined;
  }
  const { type, stringType, octets } = wrong;
  return issueAgain(
    stringType === undefined
      ? `a name in it has a value of a type that names do not have (attribute ${type})`
      : `a name in it holds ${JSON.stringify(Buffer.from(octets).toString("latin1"))}, which no ${stringType} may be`,
  );
}

function checkAlternativeNames({ contents }: Certificate): Finding | undefined {
  const extension = contents.extensions.get(ALTERNATIVE_NAME);
  const names = extension === undefined ? [] : readSequence(extension.value);
  const wrong = names.find(
    ({ tag, content }) => tag === contextTag(7, "primitive") && !ADDRESS_LENGTHS.has(content.length),
  );
  return wrong && issueAgain(`it has an IP address of ${wrong.content.length} octets for another name`);
}
