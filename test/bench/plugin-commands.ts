/** The commands of a plugin that need Azure, run as Notation runs them: one process each, JSON in, JSON out; and `check`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keyArguments } from "../executable/run-check.ts";
import { describeRequest, signRequest } from "../executable/signing.ts";
import type { AzureFacts } from "./azure-messages.ts";
import { outcomeOf } from "./measurement.ts";
import { peakMemoryOf } from "./peak-memory.ts";
import type { Program } from "./program.ts";
import { type RunRequest, runProgram } from "./run-program.ts";
import { isMemoryRound, type Unit } from "./unit.ts";
import { hasFailed, inNewHome, keep, type Workshop } from "./workshop.ts";

/** A row of the table. */
interface Step {
  readonly name: string;
  readonly command: "describe-key" | "generate-signature" | "check";
}

/** Steps that share a home, one after the other, with the same plugin config. */
interface Sequence {
  readonly steps: readonly Step[];
  readonly withChainFile: boolean;
  /** Whether it is of the plugin contract, which other plugins speak as well. */
  readonly isContract: boolean;
}

const SEQUENCES: readonly Sequence[] = [
  {
    steps: [
      { name: "describe-key, first time", command: "describe-key" },
      { name: "describe-key, again", command: "describe-key" },
      { name: "generate-signature", command: "generate-signature" },
    ],
    withChainFile: false,
    isContract: true,
  },
  {
    steps: [
      { name: "describe-key, `cert_chain`", command: "describe-key" },
      { name: "generate-signature, `cert_chain`", command: "generate-signature" },
    ],
    withChainFile: true,
    isContract: true,
  },
  { steps: [{ name: "check", command: "check" }], withChainFile: false, isContract: false },
];

/** The rows of the table, in their order. */
export const STEPS: readonly string[] = SEQUENCES.flatMap(({ steps }) => steps.map(({ name }) => name));

/** One unit for each plugin, sequence and latency. */
export async function pluginUnits(workshop: Workshop, latencies: readonly number[]): Promise<Unit[]> {
  const chainFile = join(workshop.folder, "chain.pem");
  await writeFile(chainFile, workshop.azure.facts.chain);
  return latencies.flatMap((roundTripMs) =>
    SEQUENCES.flatMap((sequence) =>
      [workshop.own, ...(sequence.isContract ? workshop.peers : [])].map(
        (program) => async (round: number) => {
          const place = { sequence, program, chainFile };
          await time(workshop, place, roundTripMs, round);
          if (roundTripMs === latencies[0] && isMemoryRound(round)) {
            await weigh(workshop, place);
          }
        },
      ),
    ),
  );
}

/** Which sequence is run, and by whom. */
interface Place {
  readonly sequence: Sequence;
  readonly program: Program;
  readonly chainFile: string;
}

async function time(workshop: Workshop, place: Place, roundTripMs: number, round: number): Promise<void> {
  const { azure } = workshop;
  const program = place.program.name;
  await inNewHome(workshop, async (env) => {
    for (const step of place.sequence.steps) {
      if (!hasFailed(workshop, program, step.name)) {
        await azure.begin(roundTripMs);
        const run = await runProgram(requestOf(step, place, azure.facts, env));
        const outcome = outcomeOf(run, await azure.observe(), roundTripMs);
        keep(workshop, round, { program, step: step.name, roundTripMs, outcome });
      }
    }
  });
}

async function weigh(workshop: Workshop, place: Place): Promise<void> {
  const { azure, folder, memory } = workshop;
  const program = place.program.name;
  await azure.begin(0);
  await inNewHome(workshop, async (env) => {
    for (const step of place.sequence.steps) {
      if (!hasFailed(workshop, program, step.name)) {
        const bytes = await peakMemoryOf(requestOf(step, place, azure.facts, env), folder);
        if (bytes !== undefined) {
          memory.push({ program, step: step.name, bytes });
        }
      }
    }
  });
}

function requestOf(
  { command }: Step,
  { sequence, program, chainFile }: Place,
  { keyId, keySpec }: AzureFacts,
  env: Readonly<Record<string, string>>,
): RunRequest {
  const pluginConfig = {
    credential_type: "environment",
    ...(sequence.withChainFile && { cert_chain: chainFile }),
  };
  if (command === "check") {
    return { command: [program.path, command, ...keyArguments(keyId, pluginConfig)], env };
  }
  const request =
    command === "describe-key"
      ? describeRequest(keyId, pluginConfig)
      : signRequest(keyId, keySpec, pluginConfig);
  return { command: [program.path, command], env, stdin: JSON.stringify(request) };
}
