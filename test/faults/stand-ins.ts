/** What differs by chance from run to run, and what stands in its place, so that every run prints the same. */
import { dirname } from "node:path";
import type { World } from "./world.ts";

/** The tenant, which the emulator is given: nothing needs to stand in for it. */
export const TENANT_ID = "11111111-1111-1111-1111-111111111111";
/** For the application's client id, the principal's object id and the subscription. */
export const CLIENT_ID = "22222222-2222-2222-2222-222222222222";
export const OBJECT_ID = "33333333-3333-3333-3333-333333333333";
const SUBSCRIPTION_ID = "44444444-4444-4444-4444-444444444444";

/** For the thumbprint of a certificate. */
const THUMBPRINT = "0123456789ABCDEF".repeat(4);

/** For the key identifier of an issuer. */
const KEY_IDENTIFIER = "0123456789abcdef".repeat(3).slice(0, 40);

/** For the version of the certificate. */
export const VERSION = "0123456789abcdef0123456789abcdef";

/** For the proxy's address. */
export const PROXY = "127.0.0.1:3128";

/** For the folders of the person's files. */
export const FOLDER = "/home/signer";

/** For the time at which the signing began. Others keep their distance from it, to five minutes. */
const NOON = Date.parse("2026-01-01T12:00:00Z");
const FIVE_MINUTES = 300_000;

/** Each Notation CLI has a home of its own within the folder of all faults. */
const HOMES = /\/home\/signer\/notation-\w{6}/g;
const THUMBPRINTS = /\b[0-9A-F]{64}\b/g;
const KEY_IDENTIFIERS = /(?<=key identifier )[0-9a-f]{40}\b/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** What would be another in the next run: GUIDs and versions that nobody made up, and ports. */
const CHANCE: readonly RegExp[] = [
  /(?!([0-9a-f])\1{7}-)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i,
  /\b(?!([0-9a-f])\1{31}|0123456789abcdef0123456789abcdef)[0-9a-f]{32}\b/i,
  /127\.0\.0\.1:(?!1\b|3128\b)\d+/,
  /\/tmp\/\S+/,
];

/** Where a text comes from. */
export interface Origin {
  readonly world: World;
  /** The folder that all faults' files are in. */
  readonly sharedFolder: string;
  /** The image's reference, which messages about the registry name. */
  readonly image: string;
  /** When the signing began, milliseconds since 1970. */
  readonly start: number;
}

/** The text with stand-ins. Throws where something of chance is left. */
export function withStandIns(text: string, { world, sharedFolder, image, start }: Origin): string {
  const { emulator, principal, signer, folder } = world;
  // The longest first: the fault's folder is within that of all faults.
  const replacements: readonly (readonly [string, string])[] = [
    [folder, FOLDER],
    [sharedFolder, FOLDER],
    [dirname(emulator.caFile), FOLDER],
    [principal.appId, CLIENT_ID],
    // The application's display name is made of it.
    [principal.appId.slice(0, 8), CLIENT_ID.slice(0, 8)],
    [principal.objectId, OBJECT_ID],
    [emulator.subscription.id, SUBSCRIPTION_ID],
    [signer.version, VERSION],
    [new URL(emulator.proxyUrl).host, PROXY],
    [image, "<image>"],
  ];
  const known = replacements.reduce((rest, [value, standIn]) => rest.replaceAll(value, standIn), text);
  const replaced = known
    .replace(HOMES, FOLDER)
    .replace(THUMBPRINTS, THUMBPRINT)
    .replace(KEY_IDENTIFIERS, KEY_IDENTIFIER)
    .replace(TIME, (time) => {
      const distance = Math.round((Date.parse(time) - start) / FIVE_MINUTES) * FIVE_MINUTES;
      return new Date(NOON + distance).toISOString();
    });
  for (const chance of CHANCE) {
    const [left] = chance.exec(replaced) ?? [];
    if (left !== undefined) {
      throw new Error(`${left} differs from run to run, and nothing stands in for it: ${replaced}`);
    }
  }
  return replaced;
}
