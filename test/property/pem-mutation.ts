/** PEM that other tools, editors and people have had their hands on. */
import fc from "fast-check";
import { byteChanges } from "./byte-mutation.ts";

type Change = (lines: readonly string[]) => readonly string[];

/** Lines that stand where they should not, or that are nearly right. */
const ODD_LINES: readonly string[] = [
  ...[
    "",
    " ",
    "-----",
    "--------------------",
    "# a comment",
    "Bag Attributes",
    "subject=CN = signer",
    "====",
    "\0",
  ],
  ...[
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----x",
    " -----END CERTIFICATE-----",
  ],
  ...[
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "-----BEGIN PKCS7-----",
    "-----BEGIN CERTIFICATE REQUEST-----",
  ],
  ...[
    "-----BEGIN TRUSTED CERTIFICATE-----",
    "-----END X509 CERTIFICATE-----",
    "Proc-Type: 4,ENCRYPTED",
    "MIIB",
    "AAAA",
    "!!!!",
  ],
  "-----BEGIN CERTIFICATE-----\n".repeat(5000),
  "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----\n".repeat(2000),
  "A".repeat(200_000),
];

/** How a whole file may be written. */
const WRITINGS: readonly ((lines: readonly string[]) => Uint8Array)[] = [
  (lines) => Buffer.from(lines.join("\n")),
  (lines) => Buffer.from(lines.join("\r\n")),
  (lines) => Buffer.from(lines.join("\r")),
  (lines) => Buffer.from(lines.map((line) => `  ${line}\t`).join("\n")),
  (lines) => Buffer.from(lines.join(" ")),
  (lines) => Buffer.from(`\ufeff${lines.join("\n")}`),
  (lines) => Buffer.from(`\ufeff${lines.join("\r\n")}`, "utf16le"),
  (lines) => Buffer.from(lines.join("\n"), "utf16le"),
  (lines) => Buffer.from(lines.join("\n").replaceAll("CERTIFICATE", "X509 CERTIFICATE")),
  (lines) => Buffer.from(lines.join("\n").replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE")),
  (lines) => Buffer.from(lines.join("\n").toLowerCase()),
];

const place = fc.nat({ max: 1000 });
const oddLine = fc.constantFrom(...ODD_LINES);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, oddLine).map(([at, line]) => replaceAt(at, 0, [line])),
  fc.tuple(place, oddLine).map(([at, line]) => replaceAt(at, 1, [line])),
  fc.tuple(place, fc.integer({ min: 1, max: 20 })).map(([at, count]) => replaceAt(at, count, [])),
  fc.tuple(place, fc.integer({ min: 1, max: 20 }), place).map(([from, count, to]) => copyTo(from, count, to)),
  fc.tuple(place, place).map(([one, other]) => swap(one, other)),
);

/** PEM files with something changed: lines, the writing, octets, or nothing but the writing. */
export function changedPem(rights: readonly string[]): fc.Arbitrary<Uint8Array> {
  const lines = fc.constantFrom(...rights).map((text) => text.split("\n"));
  const rewritten = fc
    .tuple(lines, fc.array(change, { maxLength: 3 }), fc.constantFrom(...WRITINGS))
    .map(([all, changes, write]) =>
      write(changes.reduce<readonly string[]>((changed, next) => next(changed), all)),
    );
  const damaged = fc
    .tuple(fc.constantFrom(...rights), byteChanges)
    .map(([text, damage]) => damage(Buffer.from(text)));
  return fc.oneof(rewritten, damaged);
}

function replaceAt(at: number, count: number, inserted: readonly string[]): Change {
  return (lines) => lines.toSpliced(at % (lines.length + 1), count, ...inserted);
}

function copyTo(from: number, count: number, to: number): Change {
  return (lines) => {
    const start = from % (lines.length + 1);
    return replaceAt(to, 0, lines.slice(start, start + count))(lines);
  };
}

function swap(one: number, other: number): Change {
  return (lines) => {
    const [a, b] = [one % lines.length, other % lines.length];
    return lines.map((line, index) => (index === a ? lines[b] : index === b ? lines[a] : line) ?? line);
  };
}
