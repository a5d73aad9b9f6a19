/** The whole bench: everything in one run, so that the figures can be compared. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../executable/run-plugin.ts";
import { provideTools } from "../tools/index.ts";
import { type Azure, startAzure } from "./azure.ts";
import { composeDocument } from "./document.ts";
import { describeMachine } from "./machine.ts";
import { prepareNotation } from "./notation-signing.ts";
import type { BenchOptions } from "./options.ts";
import { pluginUnits } from "./plugin-commands.ts";
import { compileEmptyProgram, installProgram, OWN_PLUGIN, type Program } from "./program.ts";
import { startUpUnits } from "./start-up.ts";
import { runRounds } from "./unit.ts";
import type { Workshop } from "./workshop.ts";

/** In milliseconds there and back: none, a vault of the same continent, and one far away. */
const LATENCIES_MS = [0, 20, 80];
const LOG_LATENCY_MS = 20;

/** A start takes milliseconds, a signing up to a second: of these there are fewer rounds. */
const STARTS_PER_FLOW = 3;

/** Measures, and resolves to the document. Rejects where our own plugin, or Notation, fails. */
export async function runBench(options: BenchOptions): Promise<string> {
  await provideTools("notation", "oras", "registry");
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const azure = await startAzure();
    try {
      return await measure(options, azure, folder);
    } finally {
      await azure.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(options: BenchOptions, azure: Azure, folder: string): Promise<string> {
  const { runs } = options;
  const install = async (program: Program) => await installProgram(program, folder);
  const own = await install({ name: OWN_PLUGIN, path: executable[0] });
  const peers = await Promise.all(options.peers.map(install));
  const workshop: Workshop = { azure, folder, own, peers, measurements: [], memory: [], logs: new Map() };
  const empty = await install(await compileEmptyProgram(folder));
  const commands = await pluginUnits(workshop, LATENCIES_MS);
  const notation = await prepareNotation(workshop, LATENCIES_MS, LOG_LATENCY_MS);
  const flowRounds = Math.ceil(runs / STARTS_PER_FLOW);
  try {
    await runRounds("start-up", startUpUnits(workshop, empty), runs);
    await runRounds("commands and signing", [...commands, ...notation.units], flowRounds);
  } finally {
    await notation.stop();
  }
  return composeDocument(workshop, {
    options,
    machine: describeMachine(notation.version),
    startUpRounds: runs,
    flowRounds,
    latencies: LATENCIES_MS,
    logLatency: LOG_LATENCY_MS,
  });
}
