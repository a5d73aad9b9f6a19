/** Runs a property many times, and says how often, how long, and how it ended. */
import fc from "fast-check";

/** How often each property is tried: `PROPERTY_RUNS=100` for a first look, more for a night. */
const DEFAULT_RUNS = 10_000;

/** From so many runs on, all outcomes that a property expects must have come up, unless it says otherwise. */
const DEFAULT_TELLING_RUNS = 1000;

/** Of a counterexample, no more than this is shown. */
const LONGEST_COUNTEREXAMPLE = 2000;

export interface PropertyOptions<Sample> {
  /** Says what came of a sample in a word or two, such as the error code; throws where that is wrong. */
  readonly judge: (sample: Sample) => Promise<string> | string;
  /** Outcomes that must have come up, or the property says nothing. */
  readonly expected: readonly string[];
  /** From how many runs on that holds. Default: 1000. */
  readonly tellingRuns?: number;
  /** How many samples are tried at the same time, where they wait for a network. Default: 1. */
  readonly lanes?: number;
  /** A sample that takes longer, in milliseconds, fails. */
  readonly limitMs: number;
  /** Default: `PROPERTY_RUNS`, or 10,000. */
  readonly runs?: number;
  /** Readable form of a counterexample. Default: fast-check's. */
  readonly show?: (sample: Sample) => string;
}

/** How often a property is tried unless it says otherwise. */
export function runsByDefault(): number {
  const wanted = process.env["PROPERTY_RUNS"];
  const runs = wanted === undefined ? DEFAULT_RUNS : Number(wanted);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new RangeError(`PROPERTY_RUNS is ${wanted}, expected a whole number from 1`);
  }
  return runs;
}

/**
 * Tries a property. A failure tells the seed, the path and the smallest counterexample that fast-check found;
 * `PROPERTY_SEED` repeats the run. Prints one line of figures.
 */
export async function checkProperty<Sample>(
  name: string,
  arbitrary: fc.Arbitrary<Sample>,
  options: PropertyOptions<Sample>,
): Promise<void> {
  const { judge, expected, lanes = 1, limitMs, runs = runsByDefault(), show = fc.stringify } = options;
  const { tellingRuns = DEFAULT_TELLING_RUNS } = options;
  const seed = Number(process.env["PROPERTY_SEED"] ?? Date.now() % 2 ** 31);
  const outcomes = new Map<string, number>();
  let slowest = 0;
  const property = fc.asyncProperty(arbitrary, async (sample) => {
    if (lanes > 1) {
      await turnOfEvents();
    }
    const start = performance.now();
    const outcome = await judge(sample);
    const milliseconds = performance.now() - start;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    slowest = Math.max(slowest, milliseconds);
    if (milliseconds > limitMs) {
      throw new Error(`took ${Math.round(milliseconds)} ms, and no sample may take more than ${limitMs} ms`);
    }
  });
  const start = performance.now();
  const shares = Array.from({ length: lanes }, (_, lane) => Math.ceil((runs - lane) / lanes)).filter(Boolean);
  const results = await Promise.all(
    shares.map((numRuns, lane) => fc.check(property, { numRuns, seed: seed + lane })),
  );
  for (const result of results) {
    throwIfFailed(name, result, show);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const counted = [...outcomes]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`);
  console.log(
    `${name}: ${runs} runs in ${seconds} s, slowest ${Math.round(slowest)} ms, seed ${seed}: ${counted.join(", ")}`,
  );
  const missing = expected.filter((outcome) => !outcomes.has(outcome));
  if (runs >= tellingRuns && missing.length > 0) {
    throw new Error(`${name}: no sample ended with ${missing.join(", ")}`);
  }
}

/** Samples that wait for nothing would keep the other lanes' answers waiting, which are events. */
function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function throwIfFailed<Sample>(
  name: string,
  { failed, numRuns, seed, counterexample, counterexamplePath, errorInstance }: fc.RunDetails<[Sample]>,
  show: (sample: Sample) => string,
): void {
  if (!failed) {
    return;
  }
  const sample = counterexample === null ? "none" : show(counterexample[0]);
  const shown =
    sample.length > LONGEST_COUNTEREXAMPLE
      ? `${sample.slice(0, LONGEST_COUNTEREXAMPLE)}… (${sample.length} characters)`
      : sample;
  throw new Error(
    `${name} failed after ${numRuns} runs { seed: ${seed}, path: ${JSON.stringify(counterexamplePath)} }; ` +
      `PROPERTY_SEED=${seed} repeats it\n${String(errorInstance)}\nCounterexample: ${shown}`,
    { cause: errorInstance },
  );
}
