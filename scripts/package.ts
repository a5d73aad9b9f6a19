/**
 * `npm run package`: the archives of all platforms, their checksums and the bill of materials, in `dist`.
 * `npm run package:here`: this machine's archive alone, made in a few seconds: the same content, compressed less.
 */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { EXECUTABLE_NAME } from "./archive-name.ts";
import type { Level } from "./package/archive.ts";
import { thisPlatform } from "./package/platforms.ts";
import { type WrittenFile, writeArchive, writeRelease } from "./package/release.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = `${ROOT}dist`;

/** The time does not matter: a release is made once and downloaded often. */
const SMALLEST: Level = 12;
const QUICK: Level = 6;

const [option, ...others] = process.argv.slice(2);
if (others.length > 0 || (option !== undefined && option !== "--here")) {
  throw new Error("usage: package.ts [--here]");
}
const files: WrittenFile[] =
  option === "--here"
    ? [await writeArchive(DIST, QUICK, thisPlatform(), await readFile(`${DIST}/${EXECUTABLE_NAME}`))]
    : await writeRelease(DIST, SMALLEST);
for (const { path, size } of files) {
  console.log(`packed ${relative(ROOT, path)} (${(size / 2 ** 20).toFixed(1)} MiB)`);
}
