/** What the plugin's files are called. */
import { version } from "../package.json";
import { executableName, type Platform, thisPlatform } from "./package/platforms.ts";

/** The executable of this machine's platform. */
export const EXECUTABLE_NAME = executableName(thisPlatform());

/** `notation-azure-kv_<version>_<what>`: all files of a release begin so. */
export function releaseFileName(what: string): string {
  return `notation-azure-kv_${version}_${what}`;
}

/**
 * `notation-azure-kv_<version>_<os>_<arch>.tar.gz`, with `_musl` behind the architecture for Alpine, and `.zip` on Windows.
 * Without a platform it is this machine's. Throws where there is no archive for it.
 */
export function archiveName({ name, os }: Platform = thisPlatform()): string {
  return releaseFileName(`${name}.${os === "windows" ? "zip" : "tar.gz"}`);
}
