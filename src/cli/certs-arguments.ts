import type { CertsOptions } from "../commands/certs.ts";
import { type KeyCommand, readKeyArguments } from "./key-arguments.ts";

/** What `certs` is asked for. */
export interface CertsArguments extends CertsOptions {
  /** As the contract's requests name a key and the plugin config, to be checked by their schema. */
  readonly request: object;
}

const CERTS: KeyCommand = {
  name: "certs",
  usage:
    "notation-azure-kv certs --id <key identifier> [--plugin-config <key>=<value>]... [--fetch-issuers] [--root]",
  options: { "fetch-issuers": { type: "boolean" }, root: { type: "boolean" } },
};

/**
 * Reads the arguments of `certs`.
 * @throws PluginError VALIDATION_ERROR that says how the command is used.
 */
export function readCertsArguments(args: readonly string[]): CertsArguments {
  const { keyId, pluginConfig, values } = readKeyArguments(CERTS, args);
  return {
    request: { contractVersion: "1.0", keyId, pluginConfig },
    fetchIssuers: values["fetch-issuers"] === true,
    rootOnly: values["root"] === true,
  };
}
