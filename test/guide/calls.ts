/** What Azure was asked for, from the emulator's log. */
import type { LogEntry } from "../emulator/types.ts";

/**
 * Token requests and calls to vaults as a Markdown table: host, what was asked, which permission it took, how it was
 * answered, how often.
 */
export function callTable(log: readonly LogEntry[]): string {
  const counts = new Map<string, number>();
  for (const entry of log) {
    const row = rowOf(entry);
    if (row !== undefined) {
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
  }
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([row, count]) => `${row} ${count} |`);
  return ["| host | asked | permission | answer | times |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** Undefined for what is neither a token request nor a call to a vault. */
function rowOf({ host, method, path, status, errorCode, permission }: LogEntry): string | undefined {
  const endpoint = /\/oauth2\/v2\.0\/(?:token|devicecode)/.exec(path)?.[0];
  const collection = /^\/(?:certificates|secrets|keys)\//.exec(path)?.[0];
  if (endpoint === undefined && collection === undefined) {
    return undefined;
  }
  const operation = /\/(?:sign|create|import|pending(?:\/merge)?)(?=\?|$)/.exec(path)?.[0] ?? "";
  const asked = endpoint ?? `${collection}…${operation}`;
  const answer = errorCode === undefined ? status : `${status} ${errorCode}`;
  return `| ${host} | ${method} ${asked} | ${permission?.replace("/", " ") ?? ""} | ${answer} |`;
}
