/** What any run of the plugin must come to, whatever it was given: a response, or an error, of the contract. */
import type { Process } from "../../src/cli/process.ts";
import { run } from "../../src/cli/run.ts";
import { withoutSecrets } from "../../src/error/redact.ts";
import { asPluginError } from "../../src/error/unexpected-error.ts";
import { encodeError } from "../../src/protocol/error-response.ts";
import {
  type ErrorResponse,
  type GenerateSignatureResponse,
  type Validator,
  validateDescribeKeyResponse,
  validateErrorResponse,
  validateGenerateSignatureResponse,
  validateGetPluginMetadataResponse,
} from "../../src/protocol/generated/validators.js";
import type { SecretSearch } from "../e2e/private-key-search.ts";
import type { PluginRun } from "../executable/run-plugin.ts";

export const COMMANDS = ["get-plugin-metadata", "describe-key", "generate-signature"] as const;
export type CommandName = (typeof COMMANDS)[number];

const RESPONSE_VALIDATORS: Readonly<Record<CommandName, Validator<unknown>>> = {
  "get-plugin-metadata": validateGetPluginMetadataResponse,
  "describe-key": validateDescribeKeyResponse,
  "generate-signature": validateGenerateSignatureResponse,
};

/** How a run ended. */
export type Ending =
  | { readonly kind: "answered"; readonly response: Partial<GenerateSignatureResponse> }
  | { readonly kind: "refused"; readonly error: ErrorResponse };

/**
 * The plugin's run in this process: all of it but the process's edge, which is `src/main.ts` with its streams. The
 * environment is this process's.
 */
export async function runInProcess(command: CommandName, stdin: Uint8Array): Promise<PluginRun> {
  const process: Process = {
    readStdin: () => Promise.resolve(stdin),
    isTerminal: () => Promise.resolve(false),
    note: () => Promise.resolve(() => undefined),
  };
  try {
    const { text, exitCode } = await run([command], process);
    return { exitCode, stdout: text, stderr: "" };
  } catch (error) {
    return { exitCode: 1, stdout: "", stderr: encodeThrown(error) };
  }
}

/** What is written to stderr for something thrown. */
export function encodeThrown(thrown: unknown): string {
  return encodeError(withoutSecrets(asPluginError(thrown), process.env));
}

/**
 * Holds a run to the contract: exit code 0 with a response that passes the schema and nothing on stderr; or exit code 1
 * with one error that passes the schema and nothing on stdout. Nothing secret may be in what it printed, and no error
 * may be one that nobody had thought of. Throws where it does not keep it.
 */
export function endingOf(command: CommandName, plugin: PluginRun, secretsIn: SecretSearch): Ending {
  const { exitCode, stdout, stderr } = plugin;
  const [output, empty] = exitCode === 0 ? [stdout, stderr] : [stderr, stdout];
  if (empty !== "" || (exitCode !== 0 && exitCode !== 1)) {
    throw new Error(`not an end by the contract: ${JSON.stringify(plugin)}`);
  }
  if (exitCode === 1) {
    return { kind: "refused", error: checkError(output, secretsIn) };
  }
  const response = parseJson(output);
  if (!RESPONSE_VALIDATORS[command](response)) {
    throw new Error(`not a response by the contract: ${output}`);
  }
  return { kind: "answered", response: { ...(response as object) } };
}

/** Reads what was written to stderr. Throws unless it is one error of the contract, foreseen and without secrets. */
export function checkError(stderr: string, secretsIn: SecretSearch): ErrorResponse {
  const error = parseJson(stderr);
  if (!validateErrorResponse(error)) {
    throw new Error(`not an error by the contract: ${stderr}`);
  }
  if (error.errorMessage.includes("unexpected failure in notation-azure-kv")) {
    throw new Error(`an error that nobody thought of: ${stderr}`);
  }
  if (secretsIn(stderr) > 0) {
    throw new Error(`a secret of the input is in the error: ${stderr}`);
  }
  return error;
}

/** Undefined where it is not JSON, which no schema allows. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An ending in a word: `answered`, or the error code. */
export function nameOf(ending: Ending): string {
  return ending.kind === "answered" ? "answered" : ending.error.errorCode;
}
