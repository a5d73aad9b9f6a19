/**
 * `npm test`: all checks and tests, in the order in which they fail soonest, on the distribution built here.
 * Each check and each test counts; what failed is told once more at the end, and the last line is `N passed, N failed`. `npm test -- unit e2e` runs the named
 * suites only.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Count, countTests, type Failure } from "./test-report.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Of what a test failed with, no more characters are repeated at the end. */
const LONGEST_MESSAGE = 4000;

/** What must be as it is before a test says anything: each a command that succeeds or fails. */
const CHECKS: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["lint and format", ["biome", "ci", "--error-on-warnings", "."]],
  ["build", ["bun", "scripts/build.ts"]],
  ["types of the product", ["tsc", "-p", "."]],
  ["types of the tests and scripts", ["tsc", "-p", "test"]],
  ["package", ["bun", "scripts/package.ts", "--here"]],
];

interface Suite {
  readonly folders: readonly string[];
  /** The official tools that it runs; they are built or installed at the first time. */
  readonly tools: readonly string[];
  /** For one test, or for the preparation of a file. */
  readonly timeoutMs: number;
}

/** The suites, each in a process of its own. */
const SUITES: ReadonlyMap<string, Suite> = new Map([
  ["unit", { folders: ["test/unit"], tools: [], timeoutMs: 60_000 }],
  ["emulator", { folders: ["test/pki", "test/emulator"], tools: ["az"], timeoutMs: 180_000 }],
  ["executable", { folders: ["test/executable"], tools: ["node"], timeoutMs: 120_000 }],
  ["property", { folders: ["test/property"], tools: ["node"], timeoutMs: 300_000 }],
  ["bench", { folders: ["test/bench"], tools: [], timeoutMs: 60_000 }],
  ["package", { folders: ["test/package"], tools: ["notation", "node"], timeoutMs: 600_000 }],
  ["load", { folders: ["test/load"], tools: [], timeoutMs: 300_000 }],
  ["e2e", { folders: ["test/e2e"], tools: ["notation", "oras", "registry", "az"], timeoutMs: 600_000 }],
  ["chains", { folders: ["test/chains"], tools: ["notation", "oras", "registry"], timeoutMs: 600_000 }],
  ["faults", { folders: ["test/faults"], tools: ["notation", "oras", "registry"], timeoutMs: 600_000 }],
  ["checks", { folders: ["test/checks"], tools: ["notation", "oras", "registry"], timeoutMs: 600_000 }],
  ["docs", { folders: ["test/docs"], tools: ["notation", "oras", "registry", "az"], timeoutMs: 600_000 }],
  ["guide", { folders: ["test/guide"], tools: ["notation", "oras", "registry", "az"], timeoutMs: 900_000 }],
]);

async function run(command: readonly string[]): Promise<boolean> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  return (await child.exited) === 0;
}

async function runCheck(name: string, command: readonly string[]): Promise<Count> {
  console.log(`\n# ${name}`);
  const passed = await run(command);
  console.log(`${passed ? "(pass)" : "(fail)"} ${name}`);
  return passed
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [{ name, message: "" }] };
}

/** Runs a suite and counts by the runner's own report; a run without a report has failed. */
async function runSuite(name: string, folders: readonly string[], timeoutMs: number): Promise<Count> {
  console.log(`\n# ${name} tests`);
  const folder = await mkdtemp(join(tmpdir(), "test-report-"));
  const report = join(folder, "report.xml");
  const reporting = ["--reporter=junit", `--reporter-outfile=${report}`, `--timeout=${timeoutMs}`];
  const succeeded = await run(["bun", "test", ...reporting, ...folders.map((path) => `./${path}`)]);
  const count = countTests(await readFile(report, "utf8").catch(() => ""));
  await rm(folder, { recursive: true });
  return succeeded || count.failed > 0
    ? count
    : { ...count, failed: 1, failures: [{ name: `${name}: the runner itself`, message: "" }] };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SUITES.has(name));
if (unknown.length > 0) {
  throw new Error(`there is no suite ${unknown.join(", ")}; there are ${[...SUITES.keys()].join(", ")}`);
}
const chosen = [...SUITES].filter(([name]) => wanted.length === 0 || wanted.includes(name));
const tools = [...new Set(chosen.flatMap(([, suite]) => suite.tools))];

const counts: Count[] = [];
for (const [name, command] of CHECKS) {
  counts.push(await runCheck(name, command));
}
for (const tool of tools) {
  counts.push(await runCheck(`the official tool: ${tool}`, ["bun", "test/tools/index.ts", tool]));
}
for (const [name, { folders, timeoutMs }] of chosen) {
  counts.push(await runSuite(name, folders, timeoutMs));
}
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
for (const { name, message } of counts.flatMap<Failure>((count) => count.failures)) {
  console.log(`(fail) ${name}${message === "" ? "" : `\n${message.slice(0, LONGEST_MESSAGE)}`}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
