/** What every measurement works with, and where it puts what it has found. */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Azure } from "./azure.ts";
import type { Observation } from "./azure-messages.ts";
import type { Measurement } from "./measurement.ts";
import { OWN_PLUGIN, type Program } from "./program.ts";
import type { EndedRun } from "./run-program.ts";

export interface Workshop {
  readonly azure: Azure;
  /** A folder of the bench. */
  readonly folder: string;
  readonly own: Program;
  readonly peers: readonly Program[];
  readonly measurements: Measurement[];
  /** Peak memory in bytes. */
  readonly memory: MemoryFigure[];
  /** The last `notation sign` of each row, at the latency whose requests are shown. */
  readonly logs: Map<string, RequestLog>;
}

export interface MemoryFigure {
  readonly program: string;
  readonly step: string;
  readonly bytes: number;
}

/** One run, and what came to the emulator by it. */
export interface RequestLog {
  readonly run: EndedRun;
  readonly seen: Observation;
}

/** Adds a measurement. The round that warms up counts for failures alone. Throws where our own plugin failed. */
export function keep({ measurements }: Workshop, round: number, measurement: Measurement): void {
  const { program, step, outcome } = measurement;
  if ("failure" in outcome && program === OWN_PLUGIN) {
    throw new Error(`${program}, ${step}: ${outcome.failure}`);
  }
  if (round > 0 || "failure" in outcome) {
    measurements.push(measurement);
  }
}

/** Whether the program has failed at this step: it is not tried again, as each time could cost a minute. */
export function hasFailed({ measurements }: Workshop, name: string, ofStep: string): boolean {
  return measurements.some(
    ({ program, step, outcome }) => program === name && step === ofStep && "failure" in outcome,
  );
}

/** Runs with a home and a cache folder that nobody has used before, and nobody will. */
export async function inNewHome<T>(
  { folder, azure }: Workshop,
  act: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(folder, "home-"));
  try {
    const { PATH = "" } = process.env;
    return await act({ PATH, HOME: home, XDG_CACHE_HOME: join(home, "cache"), ...azure.facts.environment });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
