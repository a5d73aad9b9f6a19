/** `notation sign` as a person runs it: by our plugin, and by a key of this machine, which needs no Azure at all. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pluginArchive } from "../e2e/archive.ts";
import { type CommandOptions, mustRun } from "../e2e/command.ts";
import { pushImage } from "../e2e/image.ts";
import { startRegistry } from "../e2e/registry.ts";
import { provideTool } from "../tools/index.ts";
import { outcomeOf } from "./measurement.ts";
import { runProgram } from "./run-program.ts";
import type { Unit } from "./unit.ts";
import { inNewHome, keep, type Workshop } from "./workshop.ts";

/** What the measurements are of, and the rows of the table, in their order. */
export const NOTATION = "notation";
export const LOCAL_KEY = "local key";
export const FIRST_TIME = "azure-kv, first time";
export const AGAIN = "azure-kv, again";

/** The key that the local signature is by: as long as the one in the vault. */
const LOCAL_KEY_NAME = "local";
const LOCAL_KEY_BITS = "3072";

export interface NotationSigning {
  /** What `notation version` calls it. */
  readonly version: string;
  readonly units: readonly Unit[];
  stop(): Promise<void>;
}

/** Starts the registry, installs the plugin and makes the local key. Whoever calls it stops it. */
export async function prepareNotation(
  workshop: Workshop,
  latencies: readonly number[],
  logLatency: number,
): Promise<NotationSigning> {
  const { azure, folder } = workshop;
  const config = join(folder, "config");
  await mkdir(config);
  // Linux keeps the configuration by the first, macOS by the second, Windows by the third.
  const configured = { XDG_CONFIG_HOME: config, HOME: folder, APPDATA: config };
  const options: CommandOptions = {
    folder,
    environment: { ...azure.facts.environment, ...configured },
    transcript: [],
  };
  const notation = await provideTool("notation");
  await mustRun(notation, ["plugin", "install", "--file", pluginArchive()], options);
  await mustRun(notation, ["cert", "generate-test", "--bits", LOCAL_KEY_BITS, LOCAL_KEY_NAME], options);
  const { stdout } = await mustRun(notation, ["version"], options);
  const registry = await startRegistry(folder, azure.facts.tls);
  const place = { notation, configured, newImage: () => pushImage(registry.address, options), logLatency };
  return {
    version: /^Version:\s*(\S+)$/m.exec(stdout)?.[1] ?? "unknown",
    units: latencies.flatMap((roundTripMs) => [
      (round) => sign(workshop, place, { steps: [LOCAL_KEY], roundTripMs }, round),
      (round) => sign(workshop, place, { steps: [FIRST_TIME, AGAIN], roundTripMs }, round),
    ]),
    stop: registry.stop,
  };
}

/** What all signings share. */
interface Place {
  readonly notation: string;
  readonly configured: Readonly<Record<string, string>>;
  readonly newImage: () => Promise<string>;
  readonly logLatency: number;
}

/** Signings one after the other, in the same home. */
interface Signings {
  readonly steps: readonly string[];
  readonly roundTripMs: number;
}

async function sign(
  workshop: Workshop,
  { notation, configured, newImage, logLatency }: Place,
  { steps, roundTripMs }: Signings,
  round: number,
): Promise<void> {
  const { azure, logs } = workshop;
  await inNewHome(workshop, async (env) => {
    for (const step of steps) {
      const image = await newImage();
      await azure.begin(roundTripMs);
      const run = await runProgram({
        command: [notation, "sign", "--signature-format", "jws", ...keyOf(step, azure.facts.keyId), image],
        env: { ...env, ...configured },
      });
      const seen = await azure.observe();
      if ("failure" in run) {
        throw new Error(`notation sign, ${step}: ${run.failure}`);
      }
      if (roundTripMs === logLatency) {
        logs.set(step, { run, seen });
      }
      const outcome = outcomeOf(run, seen, roundTripMs);
      keep(workshop, round, { program: NOTATION, step, roundTripMs, outcome });
    }
  });
}

function keyOf(step: string, keyId: string): string[] {
  return step === LOCAL_KEY
    ? ["--key", LOCAL_KEY_NAME]
    : ["--plugin", "azure-kv", "--id", keyId, "--plugin-config", "credential_type=environment"];
}
