/** The npm packages of which something is in the bundle: not those that package.json names, which may be more and fewer. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LockedPackage, lockedPackage, readLockFile } from "./lock-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A package in the bundle. */
export interface BundledPackage extends LockedPackage {
  readonly name: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** What its licence files say: licence and copyright notices. */
  readonly licenceText: string;
  readonly homepage?: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly homepage?: string;
}

/** `node_modules/@scope/name` of a file in it, also of a package inside of another. */
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|copyright)/i;

/**
 * The packages by name and version. `inputs` are the bundle's files, as `bundle` tells them. Throws if a package has no licence
 * file, or is not the one that the lock file pins.
 */
export async function bundledPackages(inputs: readonly string[]): Promise<BundledPackage[]> {
  const folders = new Set(inputs.flatMap((path) => PACKAGE_FOLDER.exec(path)?.[0] ?? []));
  const locked = await readLockFile();
  const packages = await Promise.all(
    [...folders].map((folder) => describe(folder, lockedPackage(locked, folder))),
  );
  return packages.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ name, version }: BundledPackage): string {
  return `${name} ${version}`;
}

async function describe(folder: string, locked: LockedPackage): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
  const { name, version, license: licence, homepage } = manifest;
  if (version !== locked.version) {
    throw new Error(`${folder} is version ${version}, and package-lock.json pins ${locked.version}: npm ci`);
  }
  const files = (await readdir(join(ROOT, folder))).filter((file) => LICENCE_FILE.test(file)).sort();
  if (files.length === 0) {
    throw new Error(`${folder} has no licence file`);
  }
  const texts = await Promise.all(files.map((file) => readFile(join(ROOT, folder, file), "utf8")));
  const licenceText = texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n");
  return { ...locked, name, licence, licenceText, ...(homepage === undefined ? {} : { homepage }) };
}
