import { parseArgs } from "node:util";
import type { CertsOptions } from "../commands/certs.ts";
import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";

/** What `certs` is asked for. */
export interface CertsArguments extends CertsOptions {
  /** As the contract's requests name a key and the plugin config, to be checked by their schema. */
  readonly request: object;
}

const USAGE =
  "notation-azure-kv certs --id <key identifier> [--plugin-config <key>=<value>]... [--fetch-issuers] [--root]";

/**
 * Reads the arguments of `certs`.
 * @throws PluginError VALIDATION_ERROR that says how the command is used.
 */
export function readCertsArguments(args: readonly string[]): CertsArguments {
  const { id, "plugin-config": pluginConfig = [], "fetch-issuers": fetchIssuers, root } = parse(args);
  if (id === undefined) {
    throw validationError("certs: --id is missing", `use \`${USAGE}\``);
  }
  const entries = pluginConfig.map(readEntry);
  return {
    request: { contractVersion: "1.0", keyId: id, pluginConfig: Object.fromEntries(entries) },
    fetchIssuers: fetchIssuers === true,
    rootOnly: root === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        id: { type: "string" },
        "plugin-config": { type: "string", multiple: true },
        "fetch-issuers": { type: "boolean" },
        root: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split(/\. To specify|\n/);
    throw validationError(`certs: ${reason}`, `use \`${USAGE}\``);
  }
}

function readEntry(entry: string): readonly [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
  if (key === undefined || value === undefined) {
    throw validationError(
      `certs: --plugin-config ${showValue(entry)} is not <key>=<value>`,
      `use \`${USAGE}\``,
    );
  }
  return [key, value];
}
