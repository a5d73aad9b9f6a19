import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type PluginError, validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";

/** A command for people that is about a key, which it is told as `notation sign` is. */
export interface KeyCommand {
  readonly name: string;
  /** How it is used, in one line, for errors. */
  readonly usage: string;
  /** Its own options, beside `--id` and `--plugin-config`. */
  readonly options: ParseArgsOptionsConfig;
}

/** What the arguments say, not checked beyond their form. */
export interface KeyArguments {
  readonly keyId: string;
  readonly pluginConfig: Readonly<Record<string, string>>;
  /** The values of the command's own options. */
  readonly values: Readonly<Record<string, unknown>>;
}

const KEY_OPTIONS = {
  id: { type: "string" },
  "plugin-config": { type: "string", multiple: true },
} as const;

/**
 * Reads the arguments of a command that is about a key.
 * @throws PluginError VALIDATION_ERROR that says how the command is used.
 */
export function readKeyArguments(command: KeyCommand, args: readonly string[]): KeyArguments {
  const { id, "plugin-config": entries, ...values } = parse(command, args);
  if (typeof id !== "string") {
    throw usageError(command, "--id is missing");
  }
  const read = Array.isArray(entries) ? entries.map((entry) => readEntry(command, String(entry))) : [];
  return { keyId: id, pluginConfig: Object.fromEntries(read), values };
}

/** The error for arguments that the command does not take. */
export function usageError({ name, usage }: KeyCommand, problem: string): PluginError {
  return validationError(`${name}: ${problem}`, `use \`${usage}\``);
}

function parse(command: KeyCommand, args: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...args], options: { ...KEY_OPTIONS, ...command.options } }).values;
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split(/\. To specify|\n/);
    throw usageError(command, reason);
  }
}

function readEntry(command: KeyCommand, entry: string): readonly [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
  if (key === undefined || value === undefined) {
    throw usageError(command, `--plugin-config ${showValue(entry)} is not <key>=<value>`);
  }
  return [key, value];
}
