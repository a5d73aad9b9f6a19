import { posix, win32 } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that turns the cache off, and how it says so. */
const CACHE_VARIABLE = "NOTATION_AZURE_KV_CACHE";
const OFF: ReadonlySet<string> = new Set(["off", "false", "0", "no"]);

const OWN_FOLDER = ["notation-azure-kv", "key-specs"];

/**
 * The folder for what may be forgotten at any time, where the platform has such things: `$XDG_CACHE_HOME` or `~/.cache` (XDG
 * Base Directory Specification 0.8, which passes over relative paths), `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
 * Undefined where the cache is turned off, or the environment names no home.
 */
export function cacheFolder(environment: Environment, platform: NodeJS.Platform): string | undefined {
  if (OFF.has(environment[CACHE_VARIABLE]?.toLowerCase() ?? "")) {
    return undefined;
  }
  const { join, isAbsolute } = platform === "win32" ? win32 : posix;
  const { HOME = "", XDG_CACHE_HOME = "", LOCALAPPDATA = "" } = environment;
  const candidates: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    win32: [LOCALAPPDATA],
    darwin: [XDG_CACHE_HOME, HOME && join(HOME, "Library", "Caches")],
  };
  const folders = candidates[platform] ?? [XDG_CACHE_HOME, HOME && join(HOME, ".cache")];
  const base = folders.find((folder) => folder !== "" && isAbsolute(folder));
  return base === undefined ? undefined : join(base, ...OWN_FOLDER);
}
