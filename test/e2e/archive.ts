/** The archive that a person downloads, as `npm run package` makes it for this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };

/** The version that the plugin must report. */
export const PLUGIN_VERSION = manifest.version;

/** Operating systems and architectures in Go's words, as the CLI's plugins name their archives. */
const GO_OS: Partial<Record<NodeJS.Platform, string>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
};
const GO_ARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/** The path of the archive for this machine. */
export function pluginArchive(): string {
  const os = GO_OS[process.platform];
  const arch = GO_ARCH[process.arch];
  if (!os || !arch) {
    throw new Error(`There is no archive for ${process.platform} on ${process.arch}`);
  }
  const extension = os === "windows" ? "zip" : "tar.gz";
  const name = `notation-azure-kv_${PLUGIN_VERSION}_${os}_${arch}.${extension}`;
  const path = join(import.meta.dir, "..", "..", "dist", name);
  if (!existsSync(path)) {
    throw new Error(`dist/${name} is not there: make it with \`npm run package\``);
  }
  return path;
}
