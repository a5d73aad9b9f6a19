/** Archives of a release, installed by the official Notation CLI. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { version } from "../../package.json";
import { archiveName, EXECUTABLE_NAME } from "../../scripts/archive-name.ts";
import { zip } from "../../scripts/package/archive.ts";
import { machineEnvironment } from "../e2e/command.ts";
import { createNotation, type Notation } from "../e2e/notation.ts";
import { provideTools } from "../tools/index.ts";
import { entriesOf, RELEASE_LIMIT_MS, release, TEST_LEVEL } from "./release.ts";

let folder: string;
let notation: Notation;
let pathWithNode: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-install-"));
  const [, node = ""] = await provideTools("notation", "node");
  pathWithNode = [dirname(node), machineEnvironment()["PATH"]].join(process.platform === "win32" ? ";" : ":");
  await release();
}, RELEASE_LIMIT_MS);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function expectInstalled(file: string, environment: Readonly<Record<string, string>> = {}) {
  notation = await createNotation({ folder, environment, transcript: [] });
  const installed = await notation.run(["plugin", "install", "--file", file]);
  expect(installed).toMatchObject({
    exitCode: 0,
    stdout: `Successfully installed plugin azure-kv, version ${version}\n`,
    stderr: "",
  });
  const listed = await notation.run(["plugin", "ls"]);
  expect(listed.stdout).toMatch(new RegExp(`^azure-kv .* ${RegExp.escape(version)} `, "m"));
}

test("this platform's archive", async () => {
  await expectInstalled(join((await release()).folder, archiveName()));
});

test("a zip file as the one for Windows", async () => {
  const entries = (await entriesOf(archiveName())).map(({ name, content }) => ({
    name,
    content,
    executable: name === EXECUTABLE_NAME,
  }));
  const file = join(folder, "plugin.zip");
  await writeFile(file, await zip(entries, TEST_LEVEL));
  await expectInstalled(file);
});

// Windows starts no script by its name.
if (process.platform !== "win32") {
  test("the archive for Node.js, where Node.js is on the PATH", async () => {
    const file = join((await release()).folder, `notation-azure-kv_${version}_node.tar.gz`);
    await expectInstalled(file, { PATH: pathWithNode });
  });
}
