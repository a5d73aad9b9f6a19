/** Installing the plugin's archive with the official Notation CLI, in every way that a person may. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../emulator/index.ts";
import { provideTool } from "../tools/index.ts";
import { PLUGIN_VERSION, pluginArchive } from "./archive.ts";
import { type ArchiveServer, serveArchive } from "./archive-server.ts";
import { runCommand } from "./command.ts";
import { createNotation, type Notation } from "./notation.ts";
import { STAGE_LIMIT_MS } from "./stage.ts";

let folder: string;
let emulator: Emulator;
let server: ArchiveServer;
let notation: Notation;

beforeAll(async () => {
  await provideTool("notation");
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-install-"));
  emulator = await startEmulator();
  server = await serveArchive(pluginArchive(), await emulator.issueTlsCertificate(["127.0.0.1"]));
}, STAGE_LIMIT_MS);

beforeEach(async () => {
  notation = await createNotation({ folder, environment: emulator.environment, transcript: [] });
});

afterAll(async () => {
  await server.close();
  await emulator.close();
  await rm(folder, { recursive: true });
});

const installed = `Successfully installed plugin azure-kv, version ${PLUGIN_VERSION}\n`;

/** A plugin of the same name that says another version; a script in place of a program of 60 MB. */
async function writeOtherPlugin(version: string): Promise<string> {
  const metadata = {
    name: "azure-kv",
    description: "Notation Azure Key Vault plugin",
    version,
    url: "https://github.com/Azure/notation-azure-kv",
    supportedContractVersions: ["1.0"],
    capabilities: ["SIGNATURE_GENERATOR.RAW"],
  };
  const file = join(await mkdtemp(join(folder, "other-")), "notation-azure-kv");
  await writeFile(file, `#!/bin/sh\ncat <<'EOF'\n${JSON.stringify(metadata)}\nEOF\n`);
  await chmod(file, 0o755);
  return file;
}

async function expectListed(version: string): Promise<void> {
  const { stdout, stderr } = await notation.run(["plugin", "ls"]);
  const rows = stdout.trim().split("\n").slice(1);
  expect({ rows, stderr }).toEqual({
    rows: [
      expect.stringMatching(
        new RegExp(`^azure-kv .* ${version} +\\[SIGNATURE_GENERATOR\\.RAW\\] +<nil>\\s*$`),
      ),
    ],
    stderr: "",
  });
}

test("the archive holds the executable, the licence and the notices, and nothing else", async () => {
  const { stdout } = await runCommand("tar", ["-tvf", pluginArchive()], {
    environment: {},
    folder,
    transcript: [],
  });
  const entries = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(entries.map((fields) => [fields[0], fields.at(-1)])).toEqual([
    ["-rwxr-xr-x", "notation-azure-kv"],
    ["-rw-r--r--", "LICENSE"],
    ["-rw-r--r--", "THIRD_PARTY_NOTICES.txt"],
  ]);
});

test("from a file", async () => {
  const { stdout, exitCode } = await notation.run(["plugin", "install", "--file", pluginArchive()]);
  expect({ stdout, exitCode }).toEqual({ stdout: installed, exitCode: 0 });
  await expectListed(PLUGIN_VERSION);
});

test("from an https URL, by its checksum", async () => {
  const result = await notation.run(["plugin", "install", "--url", server.url, "--sha256sum", server.sha256]);
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toEndWith(installed);
  await expectListed(PLUGIN_VERSION);
});

test("not from a URL with another checksum", async () => {
  const wrong = server.sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
  const result = await notation.run(["plugin", "install", "--url", server.url, "--sha256sum", wrong]);
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("checksum");
});

test.each(["1.2.0", "1.2.1"])(
  "as an upgrade over a plugin of version %s, without --force",
  async (version) => {
    await notation.run(["plugin", "install", "--file", await writeOtherPlugin(version)]);
    await expectListed(version);
    const { stdout, exitCode } = await notation.run(["plugin", "install", "--file", pluginArchive()]);
    expect({ stdout, exitCode }).toEqual({
      stdout: `Successfully updated plugin azure-kv from version ${version} to ${PLUGIN_VERSION}\n`,
      exitCode: 0,
    });
    await expectListed(PLUGIN_VERSION);
  },
);

test("an older plugin does not take its place without --force", async () => {
  await notation.run(["plugin", "install", "--file", pluginArchive()]);
  const result = await notation.run(["plugin", "install", "--file", await writeOtherPlugin("1.2.1")]);
  expect(result.exitCode).toBe(1);
  await expectListed(PLUGIN_VERSION);
});
