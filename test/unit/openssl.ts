/** OpenSSL's command line, for files that another implementation than the product's has made. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs `openssl` in a folder of its own that holds the given files, and returns the file that it made.
 * Throws with OpenSSL's own words when it fails.
 */
export async function openssl(
  args: readonly string[],
  output: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
  try {
    await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
    const result = Bun.spawnSync(["openssl", ...args], { cwd: folder });
    if (result.exitCode !== 0) {
      throw new Error(`openssl ${args.join(" ")}: ${result.stderr.toString()}`);
    }
    return await readFile(join(folder, output));
  } finally {
    await rm(folder, { recursive: true });
  }
}
