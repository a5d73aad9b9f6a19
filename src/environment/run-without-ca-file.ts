import { PluginError } from "../error/plugin-error.ts";
import { validateErrorResponse } from "../protocol/generated/error.response.js";
import { CA_FILE_VARIABLE } from "./ca-file.ts";

const LARGEST_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs a command in a process of its own whose environment names no file of further CA certificates. The runtime reads
 * that variable before any code of ours runs, so taking it away in this process would not silence its warning. Perhaps
 * the file is not even needed: a pipeline should not stop for a stale variable.
 * @param stdin as it came: what may be read may not be written again, such as a value of a hundred thousand levels
 * @param fault what is wrong with the file; told with whatever the command fails with
 * @returns the response, as it is to be written to stdout
 * @throws PluginError as the command.
 */
export function runWithoutCaFile(
  command: string,
  stdin: Uint8Array,
  environment: Readonly<Record<string, string | undefined>>,
  fault: string,
): string {
  const { [CA_FILE_VARIABLE]: _unreadable, ...rest } = environment;
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const child = spawnSync(process.execPath, [...programArguments(), command], {
    input: stdin,
    encoding: "utf8",
    env: rest,
    maxBuffer: LARGEST_OUTPUT,
    windowsHide: true,
  });
  if (child.status === 0) {
    return child.stdout;
  }
  throw errorOf(child.stderr, `${CA_FILE_VARIABLE} was left out, since ${fault}`);
}

/** What the runtime needs before our own arguments: nothing for the executable, else its options and the bundle. */
function programArguments(): readonly string[] {
  const [, script = ""] = process.argv;
  return process.versions["bun"] === undefined ? [...process.execArgv, script] : [];
}

function errorOf(stderr: string | null, note: string): PluginError {
  const error = parse(stderr ?? "");
  if (!validateErrorResponse(error)) {
    return new PluginError("ERROR", `the plugin could not be started again (${note})`);
  }
  const [problem = "", ...fixes] = error.errorMessage.split("\nFix: ");
  return new PluginError(error.errorCode, `${problem} (${note})`, {
    fix: fixes.length === 0 ? undefined : fixes.join("\nFix: "),
    metadata: error.errorMetadata ?? {},
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
