/** The figures as a Markdown document. */
import { basename, isAbsolute } from "node:path";
import { renderBlock } from "./markdown.ts";
import { type Summary, summarize } from "./measurement.ts";
import { AGAIN, FIRST_TIME, LOCAL_KEY, NOTATION } from "./notation-signing.ts";
import type { BenchOptions } from "./options.ts";
import { STEPS } from "./plugin-commands.ts";
import { EMPTY_PROGRAM, OWN_PLUGIN } from "./program.ts";
import { describeRequests } from "./request-log.ts";
import { START_UP } from "./start-up.ts";
import { flowTable, startUpTable } from "./tables.ts";
import type { Workshop } from "./workshop.ts";

/** What the plugin's start-up may be of the empty program's. */
const START_UP_LIMIT = 1.3;

/** What is known of a bench beside its figures. */
export interface BenchFacts {
  readonly options: BenchOptions;
  /** What it was measured on, in a sentence. */
  readonly machine: string;
  readonly startUpRounds: number;
  readonly flowRounds: number;
  readonly latencies: readonly number[];
  /** At which the request logs were made. */
  readonly logLatency: number;
}

/** The whole document. */
export function composeDocument(workshop: Workshop, facts: BenchFacts): string {
  const sections = [
    introduction(facts),
    startUpSection(workshop, facts),
    commandsSection(workshop, facts),
    notationSection(workshop, facts),
    logSection(workshop, facts),
  ];
  return `${sections.join("\n\n")}\n`;
}

function introduction({ options, machine, startUpRounds, flowRounds, latencies }: BenchFacts): string {
  return `# How long it takes

This document is what \`${commandOf(options)}\` printed, and is not written by hand.

- ${machine}
- All figures are of one run. It goes in rounds, ${startUpRounds} for start-up and ${flowRounds} for the rest, and each round does everything once
  in random order; one round before them does not count. Milliseconds are medians, from before a process was started until it had ended with
  all of its output. Ratios are those of the medians.
- Azure is the emulator of the tests, in a process of its own on the same machine. It answers within a few milliseconds; a real vault takes
  longer. Latency is what is added there and back (${latencies.join(", ")} ms): opening a connection takes one round trip for TCP and one
  for TLS before the first request.
- **Round trips** is how many times the latency is paid in all: how much longer it takes from ${latencies.at(0)} to ${latencies.at(-1)} ms,
  by the difference. **Requests** and **connections** are those that came to Azure; a connection counts whether or not it was used. **Hops** is
  the longest chain of requests of which each was sent after the one before had been answered.
- **Peak MiB** is the largest resident memory, in runs of their own.
- Each program that is started by itself is a copy of its file, as installing a plugin makes one.
- The key is RSA-3072, its certificate has an intermediate and a root, and the credential is a client secret.`;
}

function startUpSection(
  { measurements, memory, own, peers }: Workshop,
  { startUpRounds }: BenchFacts,
): string {
  const programs = [EMPTY_PROGRAM, own.name, ...peers.map(({ name }) => name)];
  return `## Start-up

\`${START_UP}\`, which needs nothing but the program itself, ${startUpRounds} times; Notation starts the plugin three times for a signature. The empty
program is a file without content, compiled as the plugin is and with the same runtime: nothing on this runtime starts faster.

${startUpTable(measurements, memory, {
  step: START_UP,
  base: EMPTY_PROGRAM,
  programs,
  limits: new Map([[OWN_PLUGIN, START_UP_LIMIT]]),
})}`;
}

function commandsSection({ measurements, memory, own, peers }: Workshop, { latencies }: BenchFacts): string {
  const programs = [own.name, ...peers.map(({ name }) => name)];
  const summaries = summarize(measurements, programs, STEPS);
  const isOwn = ({ program, step }: Summary, of: Summary) => program === own.name && step === of.step;
  const compared = peers.length === 0 ? "" : ` In brackets: the ratio to ${own.name}.`;
  return `## The commands

Each command run by itself, with the JSON that Notation sends. *First time* is with a cache folder that is empty, *again* with what the first time
left there; \`cert_chain\` is with the certificates from a file. \`check\` is what a person runs: it tries all of it, and connects once
more to each host, to look.${compared}

${flowTable(summaries, {
  latencies,
  names: ["command", "plugin"],
  namesOf: ({ step, program }) => [step, program],
  baseOf: (summary) =>
    summary.program === own.name ? undefined : summaries.find((other) => isOwn(other, summary)),
  memory,
})}`;
}

function notationSection({ measurements }: Workshop, { latencies }: BenchFacts): string {
  const summaries = summarize(measurements, [NOTATION], [LOCAL_KEY, FIRST_TIME, AGAIN]);
  const local = summaries.find(({ step }) => step === LOCAL_KEY);
  return `## Signing

\`notation sign\` for an image in a registry on the same machine, which the latency does not concern. The local key is a file of this machine, as
\`notation cert generate-test\` makes it. In brackets: the ratio to it.

${flowTable(summaries, {
  latencies,
  names: ["key"],
  namesOf: ({ step }) => [step],
  baseOf: (summary) => (summary === local ? undefined : local),
})}`;
}

function logSection({ logs }: Workshop, { logLatency }: BenchFacts): string {
  const blocks = [FIRST_TIME, AGAIN].map((step) => {
    const log = logs.get(step);
    return `### ${step}\n\n${renderBlock(log === undefined ? ["was not run"] : describeRequests(log))}`;
  });
  return `## Request log of one \`notation sign\`

What came to Azure, at ${logLatency} ms there and back. In front: milliseconds since \`notation sign\` was started, when the tunnel was asked for or the
whole request had arrived, half a round trip after it was sent. Then the number of the connection that the request came by. \`CONNECT\` opens one.

${blocks.join("\n\n")}`;
}

/** As it can be run again; where somebody's files are is nobody's business. */
function commandOf({ runs, file, peers }: BenchOptions): string {
  const args = [
    `--runs ${runs}`,
    ...(file === undefined ? [] : [`--file ${isAbsolute(file) ? basename(file) : file}`]),
    ...peers.map(({ name }) => (/^[\w.-]+$/.test(name) ? `--peer ${name}=PATH` : `--peer "${name}=PATH"`)),
  ];
  return `npm run bench -- ${args.join(" ")}`;
}
