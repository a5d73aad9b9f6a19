/**
 * Key identifiers, right and wrong: a right one is never read as another vault, name or version than its text says, a
 * wrong one is refused, and nothing is accepted that is not https. All in this process, by the room's own function.
 */
import { test } from "bun:test";
import fc from "fast-check";
import { PluginError } from "../../src/error/plugin-error.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../../src/key-identifier/key-identifier.ts";
import { checkError, encodeThrown } from "./contract.ts";
import { anyText, caseless, piece, type Right, readLiterally, right } from "./key-identifiers.ts";
import { checkProperty } from "./property.ts";

const SAMPLE_LIMIT_MS = 1000;

/** Names of IPv4 addresses, such as 127.1 or 0x7f000001, are the one thing that a URL spells otherwise. */
function isAddress(text: string): boolean {
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(text.split("/")[2]?.replace(/:\d*$/, "") ?? "");
}

function expectSame(actual: KeyIdentifier, expected: KeyIdentifier): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`read as ${JSON.stringify(actual)}, and the text says ${JSON.stringify(expected)}`);
  }
}

/** What is thrown is one error of the contract, VALIDATION_ERROR. Returns its code. */
function judgeRefusal(error: unknown, secret: string): string {
  if (!(error instanceof PluginError) || error.code !== "VALIDATION_ERROR") {
    throw new Error(`not a VALIDATION_ERROR: ${String(error)}`);
  }
  return checkError(encodeThrown(error), (text) => (secret !== "" && text.includes(secret) ? 1 : 0))
    .errorCode;
}

test("a right key identifier is read as what its text says", async () => {
  const judge = ({ text, says }: Right): string => {
    expectSame(parseKeyIdentifier(text), says);
    return "accepted";
  };
  await checkProperty("right key identifiers", right, {
    judge,
    expected: ["accepted"],
    limitMs: SAMPLE_LIMIT_MS,
  });
});

test("any other text is refused, or read as what its text says", async () => {
  const judge = (text: string): string => {
    let actual: KeyIdentifier;
    try {
      actual = parseKeyIdentifier(text);
    } catch (error) {
      return judgeRefusal(error, "");
    }
    const expected = readLiterally(text);
    if (expected === undefined) {
      throw new Error(`accepted as ${JSON.stringify(actual)}, and it is none`);
    }
    if (isAddress(text)) {
      return "an address";
    }
    expectSame(actual, expected);
    return "accepted";
  };
  await checkProperty("other key identifiers", anyText, {
    judge,
    expected: ["accepted", "an address", "VALIDATION_ERROR"],
    limitMs: SAMPLE_LIMIT_MS,
  });
});

test("a password in a key identifier is never shown", async () => {
  const secret = "Correct-Horse-Battery";
  const withPassword = fc
    .tuple(
      fc.oneof(caseless("https"), fc.constantFrom("http", "", "ftp", "https:", " https")),
      piece,
      right,
      anyText,
    )
    .map(([scheme, odd, { text }, other]) => [
      `${scheme}://user:${secret}@${text.slice("https://".length)}`,
      `${scheme}://user${odd}:${secret}${odd}@${text.slice("https://".length)}`,
      `${scheme}:${odd}user:${secret}@${other}`,
    ])
    .chain((texts) => fc.constantFrom(...texts));
  const judge = (text: string): string => {
    try {
      parseKeyIdentifier(text);
    } catch (error) {
      return judgeRefusal(error, secret);
    }
    throw new Error("accepted, and no key identifier has a user");
  };
  await checkProperty("key identifiers with a password", withPassword, {
    judge,
    expected: ["VALIDATION_ERROR"],
    limitMs: SAMPLE_LIMIT_MS,
  });
});
