import type { CheckRequest } from "../check/asked.ts";
import { showValue } from "../error/show-value.ts";
import { type KeyCommand, readKeyArguments, usageError } from "./key-arguments.ts";

/** How the report of `check` is printed. */
export type ReportFormat = "text" | "json";

/** What `check` is asked for. */
export interface CheckArguments {
  readonly request: CheckRequest;
  readonly output: ReportFormat;
}

const CHECK: KeyCommand = {
  name: "check",
  usage:
    "notation-azure-kv check --id <key identifier> [--plugin-config <key>=<value>]... [--output text|json]",
  options: { output: { type: "string" } },
};

const FORMATS: readonly ReportFormat[] = ["text", "json"];

/**
 * Reads the arguments of `check`.
 * @throws PluginError VALIDATION_ERROR that says how the command is used.
 */
export function readCheckArguments(args: readonly string[]): CheckArguments {
  const { keyId, pluginConfig, values } = readKeyArguments(CHECK, args);
  const { output = "text" } = values;
  const format = FORMATS.find((each) => each === output);
  if (format === undefined) {
    throw usageError(CHECK, `--output ${showValue(output)} is neither text nor json`);
  }
  return { request: { keyId, pluginConfig }, output: format };
}
