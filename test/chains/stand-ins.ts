/** What differs by chance from run to run, and what stands in its place, so that every run prints the same. */
import { join } from "node:path";
import { FOLDER, VERSION } from "../faults/stand-ins.ts";

/** For the name of the certificate in the vault. */
export const CERTIFICATE_NAME = "signer";

/** For the identifier of a key within a certificate. */
export const KEY_IDENTIFIER = "0123456789abcdef0123456789abcdef01234567";

/** Where Notation keeps plugins. */
const PLUGINS = `${FOLDER}/.config/notation/plugins`;

/** For the time of the signing. Dates that the tables fix are far from it. */
const NOON = "2026-01-01T12:00:00.000Z";
const NOON_IN_GO = "2026-01-01 12:00:00 +0000 UTC";
const NEAR_MS = 3 * 86_400_000;

/** What would be another in the next run: GUIDs, versions, ports. */
const CHANCE: readonly RegExp[] = [
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i,
  /\b(?!0123456789abcdef0123456789abcdef)[0-9a-f]{32,}\b/i,
  /127\.0\.0\.1:\d+/,
  /\/tmp\/\S+/,
];

/** Where a text comes from. */
export interface Origin {
  /** The certificate's name in the vault, and its version. */
  readonly name: string;
  readonly version: string;
  /** The folder of all files. */
  readonly folder: string;
  /** The image's reference. */
  readonly image: string;
}

/** The text with stand-ins. Throws where something of chance is left. */
export function withStandIns(text: string, { name, version, folder, image }: Origin): string {
  const replaced = text
    .replace(/[^\s`"]+[\\/](notation-azure-kv(?:\.exe)?) certs/g, `${PLUGINS}/azure-kv/$1 certs`)
    .replaceAll(image, "<image>")
    .replaceAll(join(folder, name), FOLDER)
    .replaceAll(new RegExp(`\\b${name}\\b`, "g"), CERTIFICATE_NAME)
    .replaceAll(version, VERSION)
    .replaceAll(folder, FOLDER)
    .replace(/\b[0-9a-f]{40}\b/g, KEY_IDENTIFIER)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => (isNear(time) ? NOON : time))
    .replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \+0000 UTC/g, (time, date, clock) =>
      isNear(`${date}T${clock}Z`) ? NOON_IN_GO : time,
    );
  for (const chance of CHANCE) {
    const [left] = chance.exec(replaced) ?? [];
    if (left !== undefined) {
      throw new Error(`${left} differs from run to run, and nothing stands in for it: ${replaced}`);
    }
  }
  return replaced;
}

function isNear(time: string): boolean {
  return Math.abs(Date.parse(time) - Date.now()) < NEAR_MS;
}
