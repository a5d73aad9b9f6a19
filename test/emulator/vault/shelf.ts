/** Objects by name, each with its versions. Names are case-insensitive; what is shown is the name as it was created. */
import { randomBytes } from "node:crypto";
import type { ObjectAttributes } from "../types.ts";
import { changeAttributes, type VersionAttributes } from "./attributes.ts";

/** What has a name, a version and attributes. */
export interface Versioned {
  readonly ids: { readonly name: string; readonly version: string };
  readonly attributes: VersionAttributes;
}

/** Objects of one kind. */
export interface Shelf<Stored extends Versioned> {
  /** The oldest first; none where there is no such object. */
  versions(name: string): readonly Stored[];
  /** The latest version of each object. */
  latest(): readonly Stored[];
  /** Without a version, or with an empty one: the latest. */
  select(name: string, version: string | undefined): Stored | undefined;
  /** The name as it was created, or as it is given where there is none yet, and a new version. */
  reserve(name: string): Versioned["ids"];
  /** Adds a new latest version. */
  add(stored: Stored): void;
  /** Returns whether there is such a version. `now` in seconds since 1970. */
  setAttributes(name: string, version: string | undefined, change: ObjectAttributes, now: number): boolean;
}

/** Nothing yet. */
export function createShelf<Stored extends Versioned>(): Shelf<Stored> {
  const byName = new Map<string, readonly Stored[]>();
  const versions = (name: string) => byName.get(name.toLowerCase()) ?? [];
  const select = (name: string, version = "") =>
    version === "" ? versions(name).at(-1) : versions(name).find(({ ids }) => ids.version === version);
  return {
    versions,
    select,
    latest: () => [...byName.values()].flatMap((all) => all.slice(-1)),
    reserve: (name) => ({
      name: versions(name)[0]?.ids.name ?? name,
      version: randomBytes(16).toString("hex"),
    }),
    add: (stored) => {
      const { name } = stored.ids;
      byName.set(name.toLowerCase(), [...versions(name), stored]);
    },
    setAttributes(name, version, change, now) {
      const found = select(name, version);
      if (found === undefined) {
        return false;
      }
      const changed = { ...found, attributes: changeAttributes(found.attributes, change, now) };
      byName.set(
        name.toLowerCase(),
        versions(name).map((stored) => (stored === found ? changed : stored)),
      );
      return true;
    },
  };
}
