/**
 * Archives whose bytes follow from their content alone: one date, one owner, the order given. libdeflate, which is part of
 * Bun, makes them smaller than zlib can, and writes neither time nor system into gzip's header.
 */
import { BlobReader, BlobWriter, ZipWriter } from "@zip.js/zip.js";
import { pack } from "tar-stream";

/** A file in an archive. */
export interface Entry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

/** From libdeflate's 1, fast, to 12, small. */
export type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

/** One date for all entries. */
const DATE = new Date("2026-01-01T00:00:00Z");

/** A `.tar.gz`. */
export async function tarGz(entries: readonly Entry[], level: Level): Promise<Uint8Array> {
  const archive = pack();
  for (const { name, content, executable } of entries) {
    const header = { name, mode: modeOf(executable), mtime: DATE, uid: 0, gid: 0, size: content.length };
    archive.entry(header, Buffer.from(content));
  }
  archive.finalize();
  const tar = Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>));
  return Bun.gzipSync(tar, { library: "libdeflate", level });
}

/** A `.zip`. */
export async function zip(entries: readonly Entry[], level: Level): Promise<Uint8Array> {
  const archive = new ZipWriter(new BlobWriter(), { extendedTimestamp: false, useUnicodeFileNames: false });
  for (const { name, content, executable } of entries) {
    const bytes = Buffer.from(content);
    const deflated = Bun.deflateSync(bytes, { library: "libdeflate", level });
    await archive.add(name, new BlobReader(new Blob([deflated])), {
      passThrough: "compressed",
      compressionMethod: DEFLATED,
      uncompressedSize: bytes.length,
      crc32: Bun.hash.crc32(bytes),
      // As this writer stores it: in the clock of the machine, whichever zone that is in.
      rawLastModDate: DOS_DATE,
      lastModDate: DATE,
      dataDescriptor: false,
      externalFileAttributes: ((REGULAR_FILE | modeOf(executable)) << 16) >>> 0,
      versionMadeBy: MADE_ON_UNIX,
    });
  }
  return new Uint8Array(await (await archive.close()).arrayBuffer());
}

function modeOf(executable = false): number {
  return executable ? 0o755 : 0o644;
}

const DEFLATED = 8;
/** `S_IFREG`: a reader that takes the mode must see a regular file. */
const REGULAR_FILE = 0o100000;
/** The high byte says whose file attributes these are, the low one the version of the format: 2.0. */
const MADE_ON_UNIX = (3 << 8) | 20;
/** 2026-01-01 00:00 in DOS format. */
const DOS_DATE = ((((2026 - 1980) << 9) | (1 << 5) | 1) << 16) >>> 0;
