/** All files of a release: archives, their checksums and what is in them. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { archiveName, releaseFileName } from "../archive-name.ts";
import { BUNDLE_FILE, INPUTS_FILE } from "../bundle-files.ts";
import { compile } from "../compile.ts";
import { type Entry, type Level, tarGz, zip } from "./archive.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";
import { bundleNotices, executableNotices, NOTICES_NAME } from "./notices.ts";
import { executableName, PLATFORMS, type Platform } from "./platforms.ts";
import { provideRuntime } from "./runtime.ts";
import { billOfMaterials } from "./sbom.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const CHECKSUMS_NAME = releaseFileName("checksums.txt");
export const SBOM_NAME = releaseFileName("sbom.cdx.json");
/** The bundle alone, for Node.js. */
export const NODE_ARCHIVE_NAME = releaseFileName("node.tar.gz");

/** What was written. */
export interface WrittenFile {
  readonly path: string;
  readonly size: number;
  /** Its SHA-256 in hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes all files of a release into `folder`, from what `npm run build` has left, and tells of each. The files follow from the
 * source and the lock file alone: whoever makes them anew, wherever, gets the same bytes.
 */
export async function writeRelease(folder: string, level: Level): Promise<WrittenFile[]> {
  const packages = await readBundledPackages();
  const files: WrittenFile[] = [];
  for (const platform of PLATFORMS) {
    const executable = await compileFor(platform);
    files.push(await writePlatformArchive(folder, level, platform, executable, packages));
  }
  const nodeEntries: Entry[] = [
    // By Notation's name for the plugin: so it can be installed where Node.js is.
    { name: "notation-azure-kv", content: await readFile(join(ROOT, BUNDLE_FILE)), executable: true },
    await licence(),
    { name: NOTICES_NAME, content: Buffer.from(bundleNotices(packages)) },
  ];
  files.push(await write(join(folder, NODE_ARCHIVE_NAME), await tarGz(nodeEntries, level)));
  files.push(await write(join(folder, SBOM_NAME), Buffer.from(await billOfMaterials(packages))));

  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const checksums = files.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`);
  return [...files, await write(join(folder, CHECKSUMS_NAME), Buffer.from(checksums.join("")))];
}

/** Writes the archive of one platform into `folder`, with an executable that is there. */
export async function writeArchive(
  folder: string,
  level: Level,
  platform: Platform,
  executable: Uint8Array,
): Promise<WrittenFile> {
  return writePlatformArchive(folder, level, platform, executable, await readBundledPackages());
}

async function compileFor(platform: Platform): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-package-"));
  try {
    const runtime = await provideRuntime(platform, folder);
    const file = join(folder, "out", executableName(platform));
    await compile(join(ROOT, BUNDLE_FILE), file, { target: platform.target, runtime });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writePlatformArchive(
  folder: string,
  level: Level,
  platform: Platform,
  executable: Uint8Array,
  packages: readonly BundledPackage[],
): Promise<WrittenFile> {
  const entries: Entry[] = [
    { name: executableName(platform), content: executable, executable: true },
    await licence(),
    { name: NOTICES_NAME, content: Buffer.from(await executableNotices(packages)) },
  ];
  const archive = await (platform.os === "windows" ? zip : tarGz)(entries, level);
  return write(join(folder, archiveName(platform)), archive);
}

async function licence(): Promise<Entry> {
  return { name: "LICENSE", content: await readFile(join(ROOT, "LICENSE")) };
}

async function readBundledPackages(): Promise<BundledPackage[]> {
  const inputs = await readFile(join(ROOT, INPUTS_FILE), "utf8").catch(() => {
    throw new Error(`${INPUTS_FILE} is not there: make it with \`npm run build\``);
  });
  return bundledPackages(JSON.parse(inputs) as string[]);
}

async function write(path: string, content: Uint8Array): Promise<WrittenFile> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return { path, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
