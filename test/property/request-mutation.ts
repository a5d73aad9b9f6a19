/** Requests with something wrong in them, as texts: a JSON value could not hold half of what is tried here. */
import fc from "fast-check";
import { byteChanges } from "./byte-mutation.ts";
import type { CommandName } from "./contract.ts";

/** Name and value, each as JSON text. Names may come twice. */
type Member = readonly [name: string, value: string];

/** A request whose fields and plugin config are open to change. */
interface DraftRequest {
  readonly fields: readonly Member[];
  readonly config: readonly Member[];
}

/** A right request, in which every secret is in a place that no message may show. */
export interface RightRequest {
  readonly command: CommandName;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, string>>;
}

/** What a command is given. */
export interface Stdin {
  readonly command: CommandName;
  readonly bytes: Buffer;
}

/** Deeper than any parser's stack; the number of levels that the tests of JSON parsers ask for. */
const LEVELS = 100_000;

/** Values that are wrong at nearly every field, as JSON texts. */
const ODD_VALUES: readonly string[] = [
  ...["null", "true", "false", "0", "-0", "1", "-1", "0.1", "1e400", "-1e400", "1E-400", "9".repeat(400)],
  ...["{}", "[]", '""', '" "', "[[]]", '{"a":{}}', '{"":""}', '["1.0"]', '{"length":1}', '{"toString":1}'],
  ...[
    '"1.0"',
    '"1"',
    '"2.0"',
    '"1.0 "',
    '"true"',
    '"TRUE"',
    '"false"',
    '"maybe"',
    '"environment"',
    '"0"',
    '"61"',
  ],
  ...['"SHA-256"', '"SHA-512"', '"EC-256"', '"RSA-2048"', '"DSA"', '"AA=="', '"AAA"', '"_-8="', '"AAAA\\n"'],
  ...[
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"\\u0000"',
    '"\\u2028"',
    '"\\ufeff"',
    '"\u{10ffff}"',
    '"\u202e"',
    '"__proto__"',
  ],
  ...[
    "NaN",
    "undefined",
    "'1.0'",
    "01",
    "+1",
    ".5",
    "0x10",
    "1_000",
    "/* */ 1",
    '"\\x41"',
    '"\t"',
    '"',
    "{",
    "]",
  ],
  JSON.stringify("x".repeat(70_000)),
  `${"[".repeat(LEVELS)}${"]".repeat(LEVELS)}`,
  `${'{"a":'.repeat(LEVELS)}1${"}".repeat(LEVELS)}`,
  "[".repeat(LEVELS),
];

/** Names that objects of JavaScript have of themselves, or that are nearly right. */
const ODD_NAMES: readonly string[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length", "then", ""],
  ...[
    "contractversion",
    "ContractVersion",
    "keyid",
    "keyID",
    "pluginconfig",
    " keyId",
    "self_signed",
    "\u0000",
  ],
].map((name) => JSON.stringify(name));

type DraftChange = (draft: DraftRequest) => DraftRequest;

const place = fc.nat({ max: 1000 });
const oddValue = fc.constantFrom(...ODD_VALUES);
const jsonValue = fc.json({ maxDepth: 3 });
const value = fc.oneof({ arbitrary: oddValue, weight: 3 }, { arbitrary: jsonValue, weight: 1 });
const name = fc.oneof(
  fc.constantFrom(...ODD_NAMES),
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
);
const change: fc.Arbitrary<DraftChange> = fc.oneof(
  fc.tuple(place, value).map(([at, text]) => onFields((all) => replace(all, at, ([key]) => [[key, text]]))),
  fc.tuple(place, value).map(([at, text]) => onConfig((all) => replace(all, at, ([key]) => [[key, text]]))),
  fc
    .tuple(place, name, value)
    .map(([at, key, text]) => onFields((all) => all.toSpliced(at % (all.length + 1), 0, [key, text]))),
  fc
    .tuple(place, name, value)
    .map(([at, key, text]) => onConfig((all) => all.toSpliced(at % (all.length + 1), 0, [key, text]))),
  place.map((at) => onFields((all) => replace(all, at, () => []))),
  place.map((at) => onConfig((all) => replace(all, at, () => []))),
  fc
    .tuple(place, value)
    .map(([at, text]) => onFields((all) => replace(all, at, (member) => [member, [member[0], text]]))),
  fc
    .tuple(place, value)
    .map(([at, text]) => onFields((all) => replace(all, at, (member) => [[member[0], text], member]))),
  fc.tuple(place, name).map(([at, key]) => onFields((all) => replace(all, at, ([, text]) => [[key, text]]))),
);

/** How the text as a whole may be written; not all are JSON, and those that are must be answered as the bare one. */
const WRAPPINGS: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(`\ufeff\ufeff${text}`),
  (text) => Buffer.from(`\r\n${text.replaceAll(",", ",\r\n")}\r\n`),
  (text) => Buffer.from(`\t ${text} \n\n`),
  (text) => Buffer.from(`${text}\0`),
  (text) => Buffer.from(`${text}${text}`),
  (text) => Buffer.from(`[${text}]`),
  (text) => Buffer.from(JSON.stringify(text)),
  (text) => Buffer.from(text, "utf16le"),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  (text) => Buffer.from(text, "latin1"),
];

/** Anything: octets, text, text made of JSON's characters, JSON, and objects with the names of our fields. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text)),
  fc
    .string({ unit: fc.constantFrom(...'{}[]":,\\u0019eE+-. \n\ttruefalsn'), maxLength: 60 })
    .map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .object({ key: fc.constantFrom("contractVersion", "keyId", "keySpec", "payload", "pluginConfig") })
    .map((value) => Buffer.from(JSON.stringify(value))),
);

/** Wrong requests made of right ones: their members changed, written otherwise, or their bytes changed. */
export function mutatedRequest(rights: readonly RightRequest[]): fc.Arbitrary<Stdin> {
  const right = fc.constantFrom(...rights);
  const changed = fc
    .tuple(right, fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom(...WRAPPINGS))
    .map(([request, changes, wrap]) => ({
      command: request.command,
      bytes: wrap(textOf(changes.reduce((draft, next) => next(draft), draftOf(request)))),
    }));
  const damaged = fc.tuple(right, byteChanges).map(([request, damage]) => ({
    command: request.command,
    bytes: damage(Buffer.from(textOf(draftOf(request)))),
  }));
  return fc.oneof(changed, damaged);
}

/** A counterexample, one character an octet. */
export function showStdin({ command, bytes }: Stdin): string {
  return `${command} < ${JSON.stringify(bytes.toString("latin1"))}`;
}

function draftOf({ fields, config }: RightRequest): DraftRequest {
  const members = (object: object): Member[] =>
    Object.entries(object).map(([key, text]) => [JSON.stringify(key), JSON.stringify(text)]);
  return { fields: members(fields), config: members(config) };
}

function textOf({ fields, config }: DraftRequest): string {
  return objectText([...fields, ['"pluginConfig"', objectText(config)]]);
}

function objectText(members: readonly Member[]): string {
  return `{${members.map(([key, text]) => `${key}:${text}`).join(",")}}`;
}

function onFields(edit: (members: readonly Member[]) => readonly Member[]): DraftChange {
  return (draft) => ({ ...draft, fields: edit(draft.fields) });
}

function onConfig(edit: (members: readonly Member[]) => readonly Member[]): DraftChange {
  return (draft) => ({ ...draft, config: edit(draft.config) });
}

function replace(
  members: readonly Member[],
  at: number,
  edit: (member: Member) => readonly Member[],
): readonly Member[] {
  const index = members.length === 0 ? 0 : at % members.length;
  const member = members[index];
  return member === undefined ? members : members.toSpliced(index, 1, ...edit(member));
}
