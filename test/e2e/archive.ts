/** The archive that a person downloads, as `npm run package` makes it for this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json";
import { archiveName } from "../../scripts/archive-name.ts";

/** The version that the plugin must report. */
export const PLUGIN_VERSION = version;

/** The path of the archive for this machine. Throws where it has not been made. */
export function pluginArchive(): string {
  const path = join(import.meta.dirname, "..", "..", "dist", archiveName());
  if (!existsSync(path)) {
    throw new Error(`dist/${archiveName()} is not there: make it with \`npm run package\``);
  }
  return path;
}
