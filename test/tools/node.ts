/** Installs a Node.js executable of a pinned version from the npm registry. */
import { execFile } from "node:child_process";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The executable's place in the folder that `installNode` fills. */
export function nodeExecutable(): string {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = process.platform === "win32" ? "node.exe" : "node";
  return join("node_modules", `node-${platform}-${process.arch}`, "bin", name);
}

/** Installs what the lock file in `source` names for this platform into `target`. */
export async function installNode(source: string, target: string): Promise<void> {
  const npm = Bun.which("npm");
  if (!npm) {
    throw new Error(
      "npm is not installed: tests run the bundle on the oldest supported Node.js, which comes from the npm " +
        "registry. Install Node.js from https://nodejs.org.",
    );
  }
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"];
  await promisify(execFile)(npm, ["ci", ...flags], { cwd: source, shell: process.platform === "win32" });
  await rename(join(source, "node_modules"), join(target, "node_modules"));
}
