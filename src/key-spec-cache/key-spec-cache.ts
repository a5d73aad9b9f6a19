/**
 * The key specs of keys, from one signing to the next. A version of a key never changes its key spec, which is no secret.
 * Nothing here is trusted: generate-signature holds the key spec against the certificate again. What is not exactly as it was
 * written, by this user and into this very file, is as if it were not there: an entry names its file's inode, so that none
 * is believed that was copied, or restored with a pipeline's cache. Nothing here fails: without a cache, the vault is asked.
 */
import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import { log } from "../log/log.ts";
import { KEY_SPECS, type KeySpec } from "../signature/key-specs.ts";
import { cacheFolder } from "./cache-folder.ts";
import { writeEntry } from "./write-entry.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A key identifier and a key spec are shorter. */
const LONGEST_ENTRY = 1024;

/** What file systems take for a name. */
const LONGEST_NAME = 240;

/** Whoever else may write to a file could have changed it. */
const WRITABLE_BY_OTHERS = 0o022n;

/** The key spec that was remembered of this version of the key; undefined where there is none, or none to be believed. */
export function recallKeySpec(key: KeyIdentifier, environment: Environment): KeySpec | undefined {
  const file = fileOf(key, environment);
  const entry = file === undefined ? undefined : readEntry(file);
  const keySpec = entry && KEY_SPECS.find((candidate) => textOf(key, candidate, entry.inode) === entry.text);
  log("info", `key spec of ${keyIdentifierText(key)}: ${keySpec ?? "not"} remembered`);
  return keySpec;
}

/** Remembers the key spec of a key with a version; of the latest, which may be another tomorrow, nothing. */
export function rememberKeySpec(key: KeyIdentifier, keySpec: KeySpec, environment: Environment): void {
  const folder = cacheFolder(environment, process.platform);
  const file = fileOf(key, environment);
  if (folder === undefined || file === undefined) {
    return;
  }
  try {
    writeEntry(folder, file, (inode) => textOf(key, keySpec, inode));
  } catch (error) {
    log("info", `the key spec is not remembered: ${String(error)}`);
  }
}

/** Forgets what was remembered of the key. Returns whether anything was. */
export function forgetKeySpec(key: KeyIdentifier, environment: Environment): boolean {
  const file = fileOf(key, environment);
  try {
    rmSync(file ?? "");
    log("info", `key spec of ${keyIdentifierText(key)}: forgotten`);
    return true;
  } catch {
    return false;
  }
}

/** Undefined for a key without a version, and where there is no cache. */
function fileOf(key: KeyIdentifier, environment: Environment): string | undefined {
  const folder = cacheFolder(environment, process.platform);
  const host = new URL(key.vaultUrl).host.replace(":", "_");
  const name = `${host}_${key.name.toLowerCase()}_${key.version}`;
  return folder === undefined || key.version === undefined || name.length > LONGEST_NAME
    ? undefined
    : join(folder, name);
}

function textOf(key: KeyIdentifier, keySpec: KeySpec, inode: bigint): string {
  return `${keyIdentifierText({ ...key, name: key.name.toLowerCase() })} ${keySpec} ${inode}\n`;
}

interface Entry {
  readonly text: string;
  readonly inode: bigint;
}

function readEntry(file: string): Entry | undefined {
  // A named pipe in its place must not be waited for, nor a link followed. Windows knows neither flag.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    const descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor, { bigint: true });
      const ownedByOther = process.getuid !== undefined && stats.uid !== BigInt(process.getuid());
      const writableByOthers = process.platform !== "win32" && (stats.mode & WRITABLE_BY_OTHERS) !== 0n;
      if (!stats.isFile() || ownedByOther || writableByOthers) {
        return undefined;
      }
      const octets = Buffer.alloc(LONGEST_ENTRY);
      return { text: octets.toString("utf8", 0, readSync(descriptor, octets)), inode: stats.ino };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
