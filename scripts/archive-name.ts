/** What the plugin's files for a platform are called. */
import { version } from "../package.json";

/** Go's names of platforms, which Notation's archives use. */
const OPERATING_SYSTEMS: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
};
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The executable of this machine's platform. */
export const EXECUTABLE_NAME = process.platform === "win32" ? "notation-azure-kv.exe" : "notation-azure-kv";

/**
 * `notation-azure-kv_<version>_<os>_<arch>.tar.gz` for this machine's platform, `.zip` on Windows.
 * Throws where there is no archive for it.
 */
export function archiveName(): string {
  const os = OPERATING_SYSTEMS[process.platform];
  const arch = ARCHITECTURES[process.arch];
  if (os === undefined || arch === undefined) {
    throw new Error(`there is no archive for ${process.platform} ${process.arch}`);
  }
  return `notation-azure-kv_${version}_${os}_${arch}.${os === "windows" ? "zip" : "tar.gz"}`;
}
