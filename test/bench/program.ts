/** The programs that are measured. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "../../scripts/compile.ts";

export interface Program {
  /** What it is called in the tables. */
  readonly name: string;
  readonly path: string;
}

export const OWN_PLUGIN = "notation-azure-kv";
export const EMPTY_PROGRAM = "empty program";

/** Makes what no program on our runtime can be faster than: one that does nothing, compiled as the plugin is. */
export async function compileEmptyProgram(folder: string): Promise<Program> {
  const bundle = join(folder, "empty.cjs");
  const path = join(folder, process.platform === "win32" ? "empty.exe" : "empty");
  await writeFile(bundle, "");
  await compile(bundle, path);
  return { name: EMPTY_PROGRAM, path };
}
