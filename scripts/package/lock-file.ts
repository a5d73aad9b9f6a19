/** What package-lock.json says of a package: npm has checked each installed one against it. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const LOCK_FILE = fileURLToPath(new URL("../../package-lock.json", import.meta.url));

/** An entry of the lock file. */
export interface LockedPackage {
  readonly version: string;
  /** Subresource Integrity of the package's tarball: `sha512-<base64>`. */
  readonly integrity: string;
}

/** The entries by their folder, for example `node_modules/ms`. */
export async function readLockFile(): Promise<ReadonlyMap<string, LockedPackage>> {
  const { packages } = JSON.parse(await readFile(LOCK_FILE, "utf8")) as {
    readonly packages: Readonly<Record<string, Partial<LockedPackage>>>;
  };
  const locked = new Map<string, LockedPackage>();
  for (const [folder, { version, integrity }] of Object.entries(packages)) {
    if (version !== undefined && integrity !== undefined) {
      locked.set(folder, { version, integrity });
    }
  }
  return locked;
}

/** The entry of one package. Throws if the lock file does not pin it. */
export function lockedPackage(locked: ReadonlyMap<string, LockedPackage>, folder: string): LockedPackage {
  const entry = locked.get(folder);
  if (entry === undefined) {
    throw new Error(`package-lock.json does not pin ${folder}`);
  }
  return entry;
}

/** The digest of `sha512-<base64>`. Throws if the integrity is of another kind. */
export function sha512Of({ integrity }: LockedPackage): Buffer {
  const [, digest] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (digest === undefined) {
    throw new Error(`the lock file's integrity is not one SHA-512 digest: ${integrity}`);
  }
  return Buffer.from(digest, "base64");
}
