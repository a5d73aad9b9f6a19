/** The programs that are measured. */
import { copyFile, mkdtemp, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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

/**
 * Copies a program's one file, as installing a plugin does. How a file was written decides how it lies in the system's cache,
 * and so how fast it is started: the same program as its compiler wrote it, and copied, differ by a tenth and more.
 */
export async function installProgram({ name, path }: Program, folder: string): Promise<Program> {
  const copy = join(await mkdtemp(join(folder, "program-")), basename(path));
  await copyFile(path, copy);
  return { name, path: copy };
}
