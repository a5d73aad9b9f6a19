/** The tables of the document. */
import { renderTable } from "./markdown.ts";
import type { Measurement, Summary } from "./measurement.ts";
import { showCount, showMemory, showMs, showRange, showRatio } from "./numbers.ts";
import { median, quantile } from "./statistics.ts";
import type { MemoryFigure } from "./workshop.ts";

/** Who is compared with whom: the ratio of a program to the one that it is held against. */
export interface StartUpOptions {
  readonly step: string;
  readonly base: string;
  readonly programs: readonly string[];
  /** What the ratio of a program may be. */
  readonly limits: ReadonlyMap<string, number>;
}

/** Start-up: the ratio to the base beside each median, and the limit that it is held to. */
export function startUpTable(
  measurements: readonly Measurement[],
  memory: readonly MemoryFigure[],
  { step, base, programs, limits }: StartUpOptions,
): string {
  const baseTimes = timesOf(measurements, base, step);
  const head = ["program", "median ms", "middle half ms", "to the empty program", "limit", "peak MiB"];
  const rows = programs.map((program) => {
    const times = timesOf(measurements, program, step);
    if (times.length === 0 || failureOf(measurements, program, step) !== undefined) {
      return failedRow([program], failureOf(measurements, program, step), head.length);
    }
    return [
      program,
      showMs(median(times)),
      `${showMs(quantile(times, 1 / 4))}–${showMs(quantile(times, 3 / 4))}`,
      showRatio(median(times), median(baseTimes)),
      limits.has(program) ? `×${limits.get(program)}` : "",
      showMemory(memoryOf(memory, program, step)),
    ];
  });
  return renderTable(head, rows);
}

/** The columns of a table of summaries that it may have or not. */
export interface FlowOptions {
  readonly latencies: readonly number[];
  /** Which row a row's ratio is to: its program or step. It has none itself. */
  readonly baseOf: (summary: Summary) => Summary | undefined;
  /** The names in front of a row. */
  readonly names: readonly string[];
  readonly namesOf: (summary: Summary) => readonly string[];
  /** Undefined: no such column. */
  readonly memory?: readonly MemoryFigure[];
}

/** One row for each summary: what it takes at each latency, and what it asks for. */
export function flowTable(summaries: readonly Summary[], options: FlowOptions): string {
  const { latencies, baseOf, names, namesOf, memory } = options;
  const head = [
    ...names,
    ...latencies.map((latency) => `ms at ${latency} ms`),
    "round trips",
    "requests",
    "connections",
    "hops",
    ...(memory === undefined ? [] : ["peak MiB"]),
  ];
  const rows = summaries.map((summary) => {
    if (summary.failure !== undefined) {
      return failedRow(namesOf(summary), summary.failure, head.length);
    }
    const base = baseOf(summary);
    return [
      ...namesOf(summary),
      ...latencies.map((latency) => timeCell(summary, base, latency)),
      showCount(summary.roundTrips),
      showRange(summary.requests),
      showRange(summary.connections),
      showRange(summary.hops),
      ...(memory === undefined ? [] : [showMemory(memoryOf(memory, summary.program, summary.step))]),
    ];
  });
  return renderTable(head, rows, names.length);
}

function timeCell({ medians }: Summary, base: Summary | undefined, latency: number): string {
  const own = medians.get(latency);
  const other = base?.medians.get(latency);
  if (own === undefined) {
    return "–";
  }
  return other === undefined ? showMs(own) : `${showMs(own)} (${showRatio(own, other)})`;
}

function failedRow(names: readonly string[], failure: string | undefined, columns: number): string[] {
  const rest = Array.from({ length: columns - names.length - 1 }, () => "");
  return [...names, `failed: ${failure ?? "was not run"}`, ...rest];
}

function timesOf(measurements: readonly Measurement[], name: string, ofStep: string): number[] {
  return measurements.flatMap(({ program, step, outcome }) =>
    program === name && step === ofStep && !("failure" in outcome) ? [outcome.milliseconds] : [],
  );
}

function failureOf(measurements: readonly Measurement[], name: string, ofStep: string): string | undefined {
  for (const { program, step, outcome } of measurements) {
    if (program === name && step === ofStep && "failure" in outcome) {
      return outcome.failure;
    }
  }
  return undefined;
}

function memoryOf(memory: readonly MemoryFigure[], name: string, ofStep: string): number | undefined {
  const bytes = memory.flatMap((one) => (one.program === name && one.step === ofStep ? [one.bytes] : []));
  return bytes.length === 0 ? undefined : median(bytes);
}
