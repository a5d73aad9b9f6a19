import { PluginError } from "./plugin-error.ts";

/** Any thrown value as a PluginError: one that is already passes as it is, everything else is an ERROR. */
export function asPluginError(thrown: unknown): PluginError {
  if (thrown instanceof PluginError) {
    return thrown;
  }
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new PluginError("ERROR", `unexpected failure in notation-azure-kv: ${detail}`);
}
