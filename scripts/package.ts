/**
 * `npm run package`: the archive that `notation plugin install` takes, with exactly one executable and the
 * licence: `dist/notation-azure-kv_<version>_<os>_<arch>.tar.gz`, `.zip` on Windows.
 */
import { createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { type Archiver, TarArchive, ZipArchive } from "archiver";
import { version } from "../package.json";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Go's names of platforms, which Notation's archives use. */
const OPERATING_SYSTEMS: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
};
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

interface ArchivePlan {
  readonly file: string;
  readonly executable: string;
  readonly archiver: Archiver;
}

function planForThisMachine(): ArchivePlan {
  const os = OPERATING_SYSTEMS[process.platform];
  const arch = ARCHITECTURES[process.arch];
  if (os === undefined || arch === undefined) {
    throw new Error(`there is no archive for ${process.platform} ${process.arch}`);
  }
  const windows = os === "windows";
  return {
    file: `${ROOT}dist/notation-azure-kv_${version}_${os}_${arch}.${windows ? "zip" : "tar.gz"}`,
    executable: `${ROOT}dist/notation-azure-kv${windows ? ".exe" : ""}`,
    archiver: windows
      ? new ZipArchive({ zlib: { level: 9 } })
      : new TarArchive({ gzip: true, gzipOptions: { level: 9 } }),
  };
}

/** One date for all entries, so that the archive's bytes follow from its content alone. */
const ENTRY_DATE = new Date("2026-01-01T00:00:00Z");

async function writeArchive({ file, executable, archiver }: ArchivePlan): Promise<void> {
  archiver.append(await readFile(executable), { name: basename(executable), mode: 0o755, date: ENTRY_DATE });
  archiver.append(await readFile(`${ROOT}LICENSE`), { name: "LICENSE", mode: 0o644, date: ENTRY_DATE });
  await Promise.all([archiver.finalize(), pipeline(archiver, createWriteStream(file))]);
}

const plan = planForThisMachine();
await writeArchive(plan);
const { size } = await stat(plan.file);
console.log(`packed ${plan.file.slice(ROOT.length)} (${(size / 2 ** 20).toFixed(1)} MiB)`);
