/** Runs a program once, with the time from its start to its end. */

export interface RunRequest {
  readonly command: readonly [string, ...string[]];
  /** Nothing of the environment is inherited but this. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A run that ended well, or the reason why it did not, in one line. */
export type Run = EndedRun | FailedRun;

export interface EndedRun {
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** From before its start until its end was known, with all of its output. */
  readonly milliseconds: number;
}

export interface FailedRun {
  readonly failure: string;
}

const LIMIT_MS = 60_000;
const LONGEST_REASON = 160;

/** Never rejects for what the program does. A program that takes longer than a minute is ended. */
export async function runProgram({ command, env, stdin = "" }: RunRequest): Promise<Run> {
  const start = performance.now();
  try {
    const child = Bun.spawn([...command], {
      stdin: Buffer.from(stdin),
      stdout: "pipe",
      stderr: "pipe",
      env: { ...env },
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    const milliseconds = performance.now() - start;
    return exitCode === 0
      ? { startedAt: performance.timeOrigin + start, milliseconds }
      : { failure: reasonOf(stderr || stdout, exitCode, milliseconds) };
  } catch (error) {
    return { failure: firstLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** The message of the contract's error, or the first line of what it said. */
function reasonOf(said: string, exitCode: number, milliseconds: number): string {
  if (milliseconds >= LIMIT_MS) {
    return `no result within ${LIMIT_MS / 1000} s`;
  }
  return firstLine(contractMessage(said) ?? said) || `exit code ${exitCode}`;
}

function contractMessage(said: string): string | undefined {
  try {
    const error: unknown = JSON.parse(said);
    return error instanceof Object && "errorMessage" in error ? String(error.errorMessage) : undefined;
  } catch {
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.slice(0, LONGEST_REASON) ?? "";
}
