/** What is kept of the runs, and what a row of a table says of them. */
import type { Observation } from "./azure-messages.ts";
import { hopsOf } from "./hops.ts";
import type { EndedRun, Run } from "./run-program.ts";
import { median } from "./statistics.ts";

/** One run of one program. */
export interface Measurement {
  /** The name of the program, or of the key that was signed with. */
  readonly program: string;
  /** What it was run for: the name of a row. */
  readonly step: string;
  readonly roundTripMs: number;
  readonly outcome: Figures | { readonly failure: string };
}

export interface Figures {
  readonly milliseconds: number;
  readonly requests: number;
  readonly connections: number;
  readonly hops: number;
}

/** What the runs of one program for one step come to. */
export interface Summary {
  readonly program: string;
  readonly step: string;
  /** Why it failed, where it ever did: then there is nothing else. */
  readonly failure: string | undefined;
  /** By latency, in milliseconds. */
  readonly medians: ReadonlyMap<number, number>;
  /** How much longer it takes for each millisecond of latency. */
  readonly roundTrips: number;
  readonly requests: readonly number[];
  readonly connections: readonly number[];
  /** Of the runs with the greatest latency, by which hops are told best. */
  readonly hops: readonly number[];
}

/** What came of a run, with what the emulator saw of it. */
export function outcomeOf(run: Run, seen: Observation, roundTripMs: number): Measurement["outcome"] {
  return "failure" in run ? run : figuresOf(run, seen, roundTripMs);
}

function figuresOf(
  { milliseconds }: EndedRun,
  { requests, tunnels }: Observation,
  roundTripMs: number,
): Figures {
  const hops = hopsOf(requests, roundTripMs);
  return { milliseconds, requests: requests.length, connections: tunnels.length, hops };
}

/** One summary for each step and program, the steps and in them the programs in the order of their first coming. */
export function summarize(
  measurements: readonly Measurement[],
  programs: readonly string[],
  steps: readonly string[],
): Summary[] {
  return steps.flatMap((step) =>
    programs.flatMap((program) => {
      const own = measurements.filter((one) => one.program === program && one.step === step);
      return own.length === 0 ? [] : [summaryOf(program, step, own)];
    }),
  );
}

function summaryOf(program: string, step: string, measurements: readonly Measurement[]): Summary {
  const runs: (Figures & { readonly roundTripMs: number })[] = [];
  let failure: string | undefined;
  for (const { outcome, roundTripMs } of measurements) {
    if ("failure" in outcome) {
      failure ??= outcome.failure;
    } else {
      runs.push({ ...outcome, roundTripMs });
    }
  }
  const latencies = [...new Set(runs.map(({ roundTripMs }) => roundTripMs))].sort((a, b) => a - b);
  const at = (latency: number) => runs.filter(({ roundTripMs }) => roundTripMs === latency);
  const medians = new Map(
    latencies.map((latency) => [latency, median(at(latency).map(({ milliseconds }) => milliseconds))]),
  );
  const farthest = latencies.at(-1) ?? 0;
  return {
    program,
    step,
    failure,
    medians,
    roundTrips: slopeOf(medians),
    requests: runs.map(({ requests }) => requests),
    connections: runs.map(({ connections }) => connections),
    hops: at(farthest).map(({ hops }) => hops),
  };
}

/** Between the least and the greatest latency; NaN where there is but one. */
export function slopeOf(medians: ReadonlyMap<number, number>): number {
  const points = [...medians].sort(([a], [b]) => a - b);
  const [nearest, near] = points[0] ?? [NaN, NaN];
  const [farthest, far] = points.at(-1) ?? [NaN, NaN];
  return (far - near) / (farthest - nearest);
}
