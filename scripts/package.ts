/**
 * `npm run package`: the archive that `notation plugin install` takes, with exactly one executable and the licence,
 * in `dist`.
 */
import { createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { TarArchive, ZipArchive } from "archiver";
import { archiveName, EXECUTABLE_NAME } from "./archive-name.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One date for all entries, so that the archive's bytes follow from its content alone. */
const ENTRY_DATE = new Date("2026-01-01T00:00:00Z");

const file = `dist/${archiveName()}`;
const archive = file.endsWith(".zip")
  ? new ZipArchive({ zlib: { level: 9 } })
  : new TarArchive({ gzip: true, gzipOptions: { level: 9 } });
const executable = await readFile(`${ROOT}dist/${EXECUTABLE_NAME}`);
archive.append(executable, { name: EXECUTABLE_NAME, mode: 0o755, date: ENTRY_DATE });
archive.append(await readFile(`${ROOT}LICENSE`), { name: "LICENSE", mode: 0o644, date: ENTRY_DATE });
await Promise.all([archive.finalize(), pipeline(archive, createWriteStream(`${ROOT}${file}`))]);
const { size } = await stat(`${ROOT}${file}`);
console.log(`packed ${file} (${(size / 2 ** 20).toFixed(1)} MiB)`);
