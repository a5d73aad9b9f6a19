/** Runs the built plugin as Notation does: one process a command, JSON on stdin, stdout and stderr. */
import { fileURLToPath } from "node:url";
import { validateErrorResponse } from "../../src/protocol/generated/validators.js";
import { provideTool } from "../tools/index.ts";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** The command line of one of the plugin's two distributions. */
export type PluginCommand = readonly [string, ...string[]];

/** The single executable. */
export const executable: PluginCommand = [
  `${DIST}notation-azure-kv${process.platform === "win32" ? ".exe" : ""}`,
];

/** The bundle on the oldest Node that is supported. */
export async function bundleOnNode(): Promise<PluginCommand> {
  return [await provideTool("node"), `${DIST}notation-azure-kv.cjs`];
}

/** What one run of the plugin left behind. */
export interface PluginRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly plugin?: PluginCommand;
}

/**
 * Runs the plugin with these arguments. Nothing of the environment is inherited but the path and the home, and nothing is
 * remembered from one test to another unless the test says where.
 */
export async function runPlugin(
  args: readonly string[],
  stdin: string | Uint8Array,
  { env = {}, cwd, plugin = executable }: RunOptions = {},
): Promise<PluginRun> {
  const child = Bun.spawn([...plugin, ...args], {
    stdin: Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      NOTATION_AZURE_KV_CACHE: "off",
      ...env,
    },
    ...(cwd !== undefined && { cwd }),
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** Runs a command of the contract and returns its response; throws with all that the plugin said when it fails. */
export async function answerOf(command: string, request: object, options?: RunOptions): Promise<unknown> {
  const { exitCode, stdout, stderr } = await runPlugin([command], JSON.stringify(request), options);
  if (exitCode !== 0 || stderr !== "") {
    throw new Error(`${command} ended with ${exitCode}\nstdout: ${stdout}\nstderr: ${stderr}`);
  }
  return JSON.parse(stdout);
}

/** What a person and a program learn of a failure. */
export interface Refusal {
  readonly errorCode: string;
  readonly errorMessage: string;
}

/**
 * Runs the plugin for a refusal and holds it to the contract: exit code 1, nothing on stdout, and on stderr
 * exactly one JSON object that passes the schema. Throws when it does not keep it.
 */
export async function refusalOf(
  args: readonly string[],
  stdin: string | Uint8Array | object,
  options?: RunOptions,
): Promise<Refusal> {
  const text = typeof stdin === "string" || stdin instanceof Uint8Array ? stdin : JSON.stringify(stdin);
  const run = await runPlugin(args, text, options);
  const error: unknown = run.stderr === "" ? undefined : JSON.parse(run.stderr);
  if (run.exitCode !== 1 || run.stdout !== "" || !validateErrorResponse(error)) {
    throw new Error(`not a refusal by the contract: ${JSON.stringify(run)}`);
  }
  return { errorCode: error.errorCode, errorMessage: error.errorMessage };
}
