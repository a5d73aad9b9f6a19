/**
 * Peak memory of a program. The system counts the memory of whoever starts a program as the program's own, as long as the
 * two share it between fork and exec; so `resourceUsage().maxRSS` of a child is at least what this process has at its
 * peak. A launcher that is smaller than everything that is measured stands in between: Python, which the tests need too.
 * It takes time, so runs that are measured for memory are not those that are timed.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type RunRequest, runProgram } from "./run-program.ts";

/** Streams are passed on; the figure goes to the file of the first argument. */
const LAUNCHER = `
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
`;

/** getrusage(2) counts in KiB, on macOS in bytes. */
const UNIT = process.platform === "darwin" ? 1 : 1024;

/** In bytes, of the program or of the largest that it waited for; undefined where it failed, or there is no Python. */
export async function peakMemoryOf(request: RunRequest, folder: string): Promise<number | undefined> {
  const file = join(folder, `memory-${crypto.randomUUID()}`);
  const run = await runProgram({
    ...request,
    command: ["python3", "-c", LAUNCHER, file, ...request.command],
  });
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  return "failure" in run || text === "" ? undefined : Number(text) * UNIT;
}
