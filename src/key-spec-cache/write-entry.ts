import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** How many entries are kept. Each is a file of its own, so that processes that write at once do not meet. */
const MOST_ENTRIES = 256;

/** How many are left once there are more. */
const KEPT_ENTRIES = 192;

/**
 * Writes an entry so that whoever reads it finds all of it or nothing, and removes the oldest if there are too many.
 * @param textOf its text, by the inode of its file
 * @throws Error of the file system.
 */
export function writeEntry(folder: string, file: string, textOf: (inode: bigint) => string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.${performance.now()}.tmp`;
  try {
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      writeSync(descriptor, textOf(fstatSync(descriptor, { bigint: true }).ino));
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  removeOldest(folder);
}

/** Temporary files of processes that were killed are among them. */
function removeOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MOST_ENTRIES) {
    return;
  }
  const files = names.map((name) => join(folder, name));
  const byAge = files
    .map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.time - b.time);
  for (const { file } of byAge.slice(0, byAge.length - KEPT_ENTRIES)) {
    rmSync(file, { force: true });
  }
}
