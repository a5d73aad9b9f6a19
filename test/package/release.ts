/** A release for the tests: as `npm run package` makes it, but compressed little. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { BlobReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { extract } from "tar-stream";
import type { Level } from "../../scripts/package/archive.ts";
import { type WrittenFile, writeRelease } from "../../scripts/package/release.ts";

/** How little: whether a release can be made anew does not depend on it. */
export const TEST_LEVEL: Level = 1;

/** How long a release may take: at the first time, runtimes are downloaded. */
export const RELEASE_LIMIT_MS = 600_000;

export interface Release {
  readonly folder: string;
  readonly files: readonly WrittenFile[];
  /** The files' names, in order. */
  readonly names: readonly string[];
}

/** A file in an archive, as a reader sees it. */
export interface ReadEntry {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

let made: Promise<Release> | undefined;

/** The release; the first call makes it, for all files of tests. */
export function release(): Promise<Release> {
  made ??= make();
  return made;
}

async function make(): Promise<Release> {
  const folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-release-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const files = await writeRelease(folder, TEST_LEVEL);
  return { folder, files, names: files.map(({ path }) => basename(path)).sort() };
}

/** What a file of the release holds, as text. */
export async function textOf(name: string): Promise<string> {
  return readFile(join((await release()).folder, name), "utf8");
}

/** The entries of an archive of the release, in order. */
export async function entriesOf(name: string): Promise<ReadEntry[]> {
  const archive = await readFile(join((await release()).folder, name));
  return name.endsWith(".zip") ? readZip(archive) : readTarGz(archive);
}

/** One of the entries. Throws if it is not in the archive. */
export async function entryOf(archive: string, name: string): Promise<ReadEntry> {
  const entry = (await entriesOf(archive)).find((one) => one.name === name);
  if (entry === undefined) {
    throw new Error(`${archive} holds no ${name}`);
  }
  return entry;
}

async function readTarGz(archive: Uint8Array<ArrayBuffer>): Promise<ReadEntry[]> {
  const tar = extract();
  tar.end(Buffer.from(Bun.gunzipSync(archive)));
  const entries: ReadEntry[] = [];
  for await (const entry of tar) {
    const content = Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Uint8Array>));
    entries.push({ name: entry.header.name, mode: entry.header.mode ?? 0, content });
  }
  return entries;
}

async function readZip(archive: Uint8Array<ArrayBuffer>): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for (const entry of await new ZipReader(new BlobReader(new Blob([archive]))).getEntries()) {
    if (entry.directory) {
      throw new Error(`${entry.filename} is a folder`);
    }
    const content = await entry.getData(new Uint8ArrayWriter(), { checkCrc32: true });
    entries.push({
      name: entry.filename,
      mode: (entry.externalFileAttributes >>> 16) & 0o777,
      content: Buffer.from(content),
    });
  }
  return entries;
}
