/**
 * The runtime of a platform: npm installs this machine's alone, so the others' are fetched from the npm registry, and used only if
 * they are what package-lock.json pins. (Bun itself would download them from elsewhere and check nothing.)
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { type LockedPackage, lockedPackage, readLockFile, sha512Of } from "./lock-file.ts";
import type { Platform } from "./platforms.ts";

/**
 * The path of the platform's runtime. Its tarball is kept in `${XDG_CACHE_HOME:-~/.cache}/notation-azure-kv/runtimes`, and
 * checked each time: a file in a cache is no safer than one from the network. The executable goes into `folder`.
 */
export async function provideRuntime(platform: Platform, folder: string): Promise<string> {
  const pinned = lockedPackage(await readLockFile(), `node_modules/${platform.runtimePackage}`);
  const tarball = await provideTarball(platform.runtimePackage, pinned);
  const name = platform.os === "windows" ? "bun.exe" : "bun";
  const runtime = join(folder, name);
  await writeFile(runtime, await fileFromTarball(tarball, `package/bin/${name}`), { mode: 0o755 });
  return runtime;
}

/** Throws unless the tarball is byte for byte what the lock file pins. */
export function checkIntegrity(tarball: Uint8Array, name: string, pinned: LockedPackage): void {
  if (!createHash("sha512").update(tarball).digest().equals(sha512Of(pinned))) {
    throw new Error(`${name} ${pinned.version} is not what package-lock.json pins: its SHA-512 differs`);
  }
}

async function provideTarball(name: string, pinned: LockedPackage): Promise<Uint8Array> {
  const cache = cacheFolder();
  const file = join(cache, `${name.replace(/^.*\//, "")}-${pinned.version}.tgz`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined) {
    checkIntegrity(kept, file, pinned);
    return kept;
  }
  await mkdir(cache, { recursive: true });
  // Beside the file: it gets its name when it has been checked.
  const unchecked = await mkdtemp(join(cache, "download-"));
  try {
    const path = await download(`${name}@${pinned.version}`, unchecked);
    const tarball = await readFile(path);
    checkIntegrity(tarball, name, pinned);
    await rename(path, file);
    return tarball;
  } finally {
    await rm(unchecked, { recursive: true, force: true });
  }
}

/** Runs `npm pack`: npm knows the registry, the proxy and the credentials of this machine. The path of the tarball. */
async function download(specifier: string, folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["pack", "--silent", "--ignore-scripts", specifier], {
    cwd: folder,
    shell: process.platform === "win32", // npm is a .cmd there, which only a shell starts.
  });
  return join(folder, stdout.trim());
}

/** One file out of a tarball. Throws if it is not in there. */
async function fileFromTarball(tarball: Uint8Array, name: string): Promise<Uint8Array> {
  const entries = extract();
  entries.end(gunzipSync(tarball));
  for await (const entry of entries) {
    if (entry.header.name === name) {
      return Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Uint8Array>));
    }
    entry.resume();
  }
  throw new Error(`the tarball holds no ${name}`);
}

function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "notation-azure-kv", "runtimes");
}
