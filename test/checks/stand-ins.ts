/** What differs by chance from run to run in a report, beside what differs in messages. */
import { type Origin, withStandIns } from "../faults/stand-ins.ts";

const DAY_MS = 86_400_000;

/** The day of the stand-in for the time of signing. */
const DAY = Date.parse("2026-01-01T00:00:00Z");

/** Of the certificate's base64, which is another with each key. */
const BASE64_LINES = /(?<=-----BEGIN CERTIFICATE-----\n)[^-]+(?=-----END)/g;
const BASE64 = "MIIB0DCCAXag…\n";

/** Named by the certificate's fingerprint. */
const ROOT_FILE = /root-[0-9A-F]{8}\.pem/g;

/** The version after the one that the key identifier names. */
const NEWER_VERSION = /(?<=sign with that: --id \S+\/)[0-9a-f]{32}$/gm;

/** What a check cost: times, and the number of connections, which are opened while others are. */
const COST = /(?<=Cost +)\d.*/g;
const MILLISECONDS = /\b\d+ ms\b/g;
/** Days that are left do not depend on the time of day, as dates do. */
const VALIDITY = /(?<=valid to )\d{4}-\d\d-\d\d(?=, (?:(?<left>\d+) days? left|expired))/g;

/** When the certificate of the scene expired, that has. */
const EXPIRED = "2025-12-29";

/** Puts stand-ins into what was printed. Throws where something of chance is left. */
export function createStandIns(origin: Origin): (text: string) => string {
  return (text) =>
    withStandIns(text.replace(BASE64_LINES, BASE64).replace(NEWER_VERSION, "f".repeat(32)), origin)
      .replace(ROOT_FILE, "root-01234567.pem")
      .replace(MILLISECONDS, "24 ms")
      .replace(COST, "148 ms: 13 round trips, for 4 requests on 3 connections")
      .replace(VALIDITY, (_date, left: string | undefined) =>
        left === undefined ? EXPIRED : dateAfter(Number(left) + 1),
      );
}

/** The last day has begun. */
function dateAfter(days: number): string {
  return new Date(DAY + days * DAY_MS).toISOString().slice(0, "2026-01-01".length);
}
