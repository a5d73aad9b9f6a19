import { PluginError } from "../error/plugin-error.ts";
import type { Validator } from "./generated/validators.js";
import { describeViolation } from "./schema-violation.ts";

/**
 * The line for stdout. The response must pass its schema first: a response that breaks the contract is an
 * error of this plugin and is never sent.
 * @throws PluginError ERROR when it does not pass.
 */
export function encodeResponse<T>(command: string, validate: Validator<T>, response: T): string {
  if (!validate(response)) {
    const violations = (validate.errors ?? []).map((violation) => describeViolation(violation, response));
    throw new PluginError(
      "ERROR",
      `notation-azure-kv made a ${command} response that breaks the plugin contract: ${violations.join("; ")}`,
    );
  }
  return `${JSON.stringify(response)}\n`;
}
