/** Looks for private keys in what programs print and servers log. */
import type { KeyObject } from "node:crypto";

/** Long enough that chance finds nothing (240 bits in base64), short enough for a part of a key to be found. */
const WINDOW = 40;

/** The private members of a JSON Web Key: RFC 7518, sections 6.2.2 and 6.3.2. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi"] as const;

/** What must appear nowhere. */
export interface Secrets {
  readonly privateKeys: readonly KeyObject[];
  /** Values that are secret as a whole: client secrets, PKCS#12 files in base64. */
  readonly values: readonly string[];
}

/** Counts the places at which a text holds a part of the secrets. */
export type SecretSearch = (text: string) => number;

/** Prepares the search. */
export function createSecretSearch(secrets: Secrets): SecretSearch {
  const base64 = new Set<string>();
  const hex = new Set<string>();
  const whole = secrets.values.filter((value) => value.length < WINDOW).map(normalize);
  for (const value of secrets.values) {
    addWindows(base64, normalize(value));
  }
  for (const key of secrets.privateKeys) {
    for (const bytes of privateNumbers(key)) {
      addWindows(hex, bytes.toString("hex"));
      for (const encoded of base64AtAnyOffset(bytes)) {
        addWindows(base64, encoded);
      }
    }
  }
  return (text) => {
    const normal = normalize(text);
    return (
      occurrences(text, "PRIVATE KEY") +
      whole.reduce((count, value) => count + occurrences(normal, value), 0) +
      countWindows(normal, base64) +
      countWindows(normal.toLowerCase(), hex)
    );
  };
}

/**
 * The numbers that make a key private. Their bytes are also within PKCS#8 and PKCS#1, while the public part of
 * those, which certificates repeat, is left out.
 */
function privateNumbers(key: KeyObject): Buffer[] {
  const jwk = key.export({ format: "jwk" });
  return PRIVATE_MEMBERS.flatMap((member) => {
    const value = jwk[member];
    return value === undefined ? [] : [Buffer.from(value, "base64url")];
  });
}

/** Base64 of bytes inside a longer structure: one of three ways, by the offset modulo 3. Outer bits are cut. */
function base64AtAnyOffset(bytes: Buffer): string[] {
  return [0, 1, 2].map((skip) => {
    const groups = Math.floor((bytes.length - skip) / 3);
    return bytes.subarray(skip, skip + groups * 3).toString("base64");
  });
}

/** Without line ends, escaped or not, and in the alphabet of base64 instead of base64url's. */
function normalize(text: string): string {
  return text
    .replace(/\\[nr]|[\s\\]/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
}

function addWindows(windows: Set<string>, text: string): void {
  for (let start = 0; start + WINDOW <= text.length; start++) {
    windows.add(text.slice(start, start + WINDOW));
  }
}

function countWindows(text: string, windows: ReadonlySet<string>): number {
  let count = 0;
  for (let start = 0; start + WINDOW <= text.length; start++) {
    if (windows.has(text.slice(start, start + WINDOW))) {
      count++;
    }
  }
  return count;
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
