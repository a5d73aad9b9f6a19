/** How long a program takes until it has said what it is: get-plugin-metadata, beside a program that does nothing. */
import { outcomeOf } from "./measurement.ts";
import { peakMemoryOf } from "./peak-memory.ts";
import type { Program } from "./program.ts";
import { type RunRequest, runProgram } from "./run-program.ts";
import { isMemoryRound, type Unit } from "./unit.ts";
import { hasFailed, inNewHome, keep, type Workshop } from "./workshop.ts";

export const START_UP = "get-plugin-metadata";

const NOTHING_SEEN = { requests: [], tunnels: [] };

/** One unit for each program. */
export function startUpUnits(workshop: Workshop, empty: Program): Unit[] {
  return [empty, workshop.own, ...workshop.peers].map(
    (program) => (round) => start(workshop, program, round),
  );
}

async function start(workshop: Workshop, { name: program, path }: Program, round: number): Promise<void> {
  if (hasFailed(workshop, program, START_UP)) {
    return;
  }
  await inNewHome(workshop, async (env) => {
    const request: RunRequest = { command: [path, START_UP], env, stdin: "{}" };
    const outcome = outcomeOf(await runProgram(request), NOTHING_SEEN, 0);
    keep(workshop, round, { program, step: START_UP, roundTripMs: 0, outcome });
    const bytes = isMemoryRound(round) ? await peakMemoryOf(request, workshop.folder) : undefined;
    if (bytes !== undefined) {
      workshop.memory.push({ program, step: START_UP, bytes });
    }
  });
}
