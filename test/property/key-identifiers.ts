/** Key identifiers: right ones with what they say, others, and how a text reads to who knows nothing of URLs. */
import fc from "fast-check";
import type { KeyIdentifier } from "../../src/key-identifier/key-identifier.ts";
import { byteChanges } from "./byte-mutation.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const HEXADECIMAL = [...`${DIGITS}abcdefABCDEF`];
const NAME = [...`${LETTERS}${LETTERS.toUpperCase()}${DIGITS}-`];

/** What URL parsers resolve, ignore, turn into something else, or take for the end of a part. */
const TELLING_PIECES = [
  ...' \t\n\r\0\\/?#@:;%&=[]<>"$()`|',
  ...".. . // /./ /../ %2e%2e %2F %5C %00 %20 %41 %C3%BC :: :443 :80 :0 $(id) `id`".split(" "),
  ..."http: https: HTTPS:// //evil.example user: @evil.example secrets keys certificates".split(" "),
  ...["。", "．", "／", "：", "＠", "℀", "ﬁ", "ß", "İ", "ａ"],
  ...["\u00ad", "\u200b", "\u200d", "\u202e", "\ufeff", "\ud800"],
];

/** Addresses in forms that a URL spells otherwise. */
const ADDRESSES = ["127.1", "0x7f000001", "2130706433", "017700000001"];

/** A right identifier, with what it says. */
export interface Right {
  readonly text: string;
  readonly says: KeyIdentifier;
}

/** The text in capitals here and there. */
export const caseless = (text: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(text));
const label = fc
  .tuple(
    fc.constantFrom(...LETTERS),
    fc.string({ unit: fc.constantFrom(...LETTERS, ...DIGITS), maxLength: 20 }),
  )
  .map((parts) => parts.join(""));
const suffix = fc.constantFrom(
  "vault.azure.net",
  "vault.azure.cn",
  "vault.usgovcloudapi.net",
  "example",
  "localhost",
);
const host = fc.oneof(
  fc.tuple(label, suffix).map((parts) => parts.join(".")),
  fc.tuple(label, fc.integer({ min: 444, max: 65_535 })).map((parts) => parts.join(":")),
);
const version = fc.string({ unit: fc.constantFrom(...HEXADECIMAL), minLength: 32, maxLength: 32 });
/** Right identifiers. */
export const right: fc.Arbitrary<Right> = fc
  .record({
    scheme: caseless("https"),
    host: host.chain(caseless),
    collection: fc.constantFrom("keys", "certificates"),
    name: fc.string({ unit: fc.constantFrom(...NAME), minLength: 1, maxLength: 127 }),
    version: fc.option(version, { nil: undefined }),
    slash: fc.constantFrom("", "/"),
  })
  .map((parts) => ({
    text: `${parts.scheme}://${parts.host}/${parts.collection}/${parts.name}${parts.version === undefined ? "" : `/${parts.version}`}${parts.slash}`,
    says: {
      vaultUrl: `https://${parts.host.toLowerCase()}`,
      name: parts.name,
      version: parts.version?.toLowerCase(),
    },
  }));

/** Something that a parser stumbles over. */
export const piece = fc.constantFrom(...TELLING_PIECES);
const changed = fc
  .tuple(right, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), piece), { minLength: 1, maxLength: 3 }))
  .map(([{ text }, changes]) =>
    changes.reduce((all, [at, length, inserted]) => {
      const start = at % (all.length + 1);
      return `${all.slice(0, start)}${inserted}${all.slice(start + length)}`;
    }, text),
  );
/** Texts that are right at times: changed identifiers, URLs, pieces of them, anything. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  changed,
  fc.tuple(right, byteChanges).map(([{ text }, change]) => change(Buffer.from(text)).toString()),
  fc.string({ unit: "binary" }),
  fc.tuple(fc.constantFrom(...ADDRESSES), label).map(([address, name]) => `https://${address}/keys/${name}`),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.array(fc.oneof(piece, label, version), { maxLength: 12 }).map((pieces) => `https://${pieces.join("")}`),
);

/** The parts of a text as they stand between its slashes; undefined where they are not those of a key identifier. */
export function readLiterally(text: string): KeyIdentifier | undefined {
  const [scheme = "", empty, authority = "", collection = "", name = "", ...rest] = text.split("/");
  const [keyVersion = "", ...more] = rest;
  const port = /:(\d+)$/.exec(authority)?.[1];
  const isRight =
    scheme.toLowerCase() === "https:" &&
    empty === "" &&
    /^[a-z0-9.-]+(?::\d*)?$/i.test(authority) &&
    ["keys", "certificates"].includes(collection) &&
    /^[0-9a-z-]{1,127}$/i.test(name) &&
    /^(?:[0-9a-f]{32})?$/i.test(keyVersion) &&
    (more.length === 0 || (more.length === 1 && more[0] === "" && keyVersion !== ""));
  if (!isRight) {
    return undefined;
  }
  const hostname = authority.replace(/:\d*$/, "").toLowerCase();
  const origin = port === undefined || Number(port) === 443 ? hostname : `${hostname}:${Number(port)}`;
  return {
    vaultUrl: `https://${origin}`,
    name,
    version: keyVersion === "" ? undefined : keyVersion.toLowerCase(),
  };
}
