/** Everything that a signing needs, started once a file: Azure, a registry, and a CLI with the plugin installed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../emulator/index.ts";
import type { Emulator } from "../emulator/types.ts";
import { provideTools } from "../tools/index.ts";
import { pluginArchive } from "./archive.ts";
import { type CommandOptions, type CommandResult, succeeded } from "./command.ts";
import { pushImage } from "./image.ts";
import { createNotation, type Notation } from "./notation.ts";
import { startRegistry } from "./registry.ts";

export interface Stage {
  readonly emulator: Emulator;
  /** The CLI that signs: the plugin is installed, nothing is trusted. */
  readonly signer: Notation;
  /** What installing the plugin printed. */
  readonly installation: CommandResult;
  /** Every command that was run. */
  readonly transcript: readonly CommandResult[];
  /** What ORAS is run with, and further Notation CLIs are made with. */
  readonly options: CommandOptions;
  /** A new image's reference by digest. */
  pushImage(): Promise<string>;
  /** Writes a file of the test. Returns its path. */
  writeFile(name: string, content: string): Promise<string>;
  close(): Promise<void>;
}

/** How long the preparation may take: tools are built at the first time. */
export const STAGE_LIMIT_MS = 600_000;

/** How long one case may take. */
export const CASE_LIMIT_MS = 60_000;

/** Starts the servers and installs the plugin's archive as a person does. */
export async function openStage(): Promise<Stage> {
  const archive = pluginArchive();
  await provideTools("notation", "oras", "registry");
  const cleanups: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  };
  try {
    return { ...(await startServers(archive, cleanups)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startServers(
  archive: string,
  cleanups: (() => Promise<void>)[],
): Promise<Omit<Stage, "close">> {
  const folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-e2e-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const emulator = await startEmulator();
  cleanups.push(emulator.close);
  const tls = await emulator.issueTlsCertificate(["localhost", "127.0.0.1"]);
  const registry = await startRegistry(folder, tls);
  cleanups.push(registry.stop);
  const transcript: CommandResult[] = [];
  // Each CLI sets a home of its own; ORAS looks for credentials in the one given here.
  const options = { folder, environment: { ...emulator.environment, HOME: folder }, transcript };
  const signer = await createNotation(options);
  const installation = succeeded(await signer.run(["plugin", "install", "--file", archive]));
  return {
    emulator,
    signer,
    installation,
    transcript,
    options,
    async pushImage() {
      try {
        return await pushImage(registry.address, options);
      } catch (error) {
        throw new Error(`An image was not pushed. The registry's log:\n${registry.log()}`, { cause: error });
      }
    },
    async writeFile(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
  };
}
