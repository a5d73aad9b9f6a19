import { basename } from "node:path";

const NAME = "notation-azure-kv";

/**
 * This program as a command to paste: by its path, since Notation's folder of plugins is on nobody's PATH. By its name
 * alone where another program runs it.
 */
export function ownProgram(): string {
  const path = process.execPath;
  if (!basename(path).startsWith(NAME)) {
    return NAME;
  }
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path}"`;
}
