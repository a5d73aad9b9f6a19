/** What the archives of a release are called, and what is in them. */
import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../package.json";
import { entriesOf, RELEASE_LIMIT_MS, release, textOf } from "./release.ts";

const ARCHIVES = [
  ["darwin_amd64.tar.gz", "notation-azure-kv"],
  ["darwin_arm64.tar.gz", "notation-azure-kv"],
  ["linux_amd64.tar.gz", "notation-azure-kv"],
  ["linux_amd64_musl.tar.gz", "notation-azure-kv"],
  ["linux_arm64.tar.gz", "notation-azure-kv"],
  ["linux_arm64_musl.tar.gz", "notation-azure-kv"],
  ["node.tar.gz", "notation-azure-kv"],
  ["windows_amd64.zip", "notation-azure-kv.exe"],
] as const;

const named = (what: string): string => `notation-azure-kv_${version}_${what}`;

beforeAll(async () => {
  await release();
}, RELEASE_LIMIT_MS);

test("a release is an archive for each platform and for Node.js, checksums, and a bill of materials", async () => {
  const { names } = await release();
  const others = ["checksums.txt", "sbom.cdx.json"];
  expect(names).toEqual([...ARCHIVES.map(([archive]) => archive), ...others].map(named).sort());
});

describe.each(ARCHIVES)("%s", (archive, executable) => {
  test("holds the executable, the licence and the notices, and nothing else", async () => {
    const entries = await entriesOf(named(archive));
    expect(entries.map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      [executable, "755"],
      ["LICENSE", "644"],
      ["THIRD_PARTY_NOTICES.txt", "644"],
    ]);
    const licence = await readFile(join(import.meta.dirname, "..", "..", "LICENSE"));
    expect(entries[1]?.content).toEqual(licence);
  });

  test("tells no time and no system in gzip's header", async () => {
    const { folder } = await release();
    const head = (await readFile(join(folder, named(archive)))).subarray(0, 10).toString("hex");
    expect(head).toMatch(archive.endsWith(".zip") ? /^504b0304/ : /^1f8b0800000000000[0-9a-f]ff$/);
  });
});

test("the checksums are those of all other files, as sha256sum writes them", async () => {
  const { folder, names } = await release();
  const checksums = named("checksums.txt");
  const lines = names
    .filter((name) => name !== checksums)
    .map(async (name) => {
      const content = await readFile(join(folder, name));
      return `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
    });
  expect(await textOf(checksums)).toBe((await Promise.all(lines)).join(""));
});
