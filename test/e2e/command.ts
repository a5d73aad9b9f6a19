/** Runs programs with captured output, in an environment that holds nothing of the person's who runs the tests. */

export interface CommandResult {
  /** As a person would have typed it. */
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Every result is added to it. */
  readonly transcript: CommandResult[];
}

/** What programs need of the machine. No credential, proxy or configuration of Azure is among it. */
const INHERITED = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "ComSpec", "PATHEXT"];

/** The variables of the machine that every program of a test gets. */
export function machineEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Runs a program and waits for its end, whatever its exit code is. */
export async function runCommand(
  executable: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const child = Bun.spawn([executable, ...args], {
    env: { ...machineEnvironment(), ...options.environment },
    cwd: options.folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const result = { command: [baseName(executable), ...args].join(" "), exitCode, stdout, stderr };
  options.transcript.push(result);
  return result;
}

/** Runs a program that must succeed: any other exit code is an error that shows what it printed. */
export async function mustRun(
  executable: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return succeeded(await runCommand(executable, args, options));
}

/** The result itself, where the exit code is 0. */
export function succeeded(result: CommandResult): CommandResult {
  if (result.exitCode === 0) {
    return result;
  }
  const output = `${result.stdout}${result.stderr}`.trim();
  throw new Error(`exit code ${result.exitCode} from: ${result.command}\n${output}`);
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
