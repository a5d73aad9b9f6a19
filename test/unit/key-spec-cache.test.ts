import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../src/key-spec-cache/cache-folder.ts";
import { forgetKeySpec, recallKeySpec, rememberKeySpec } from "../../src/key-spec-cache/key-spec-cache.ts";
import { KEY_SPECS } from "../../src/signature/key-specs.ts";
import { KEY } from "./fake-network.ts";

let home: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cache-"));
  env = { XDG_CACHE_HOME: home };
});

afterEach(() => rm(home, { recursive: true, force: true }));

const folder = (): string => join(home, "notation-azure-kv", "key-specs");

/** The path of the only entry. */
async function onlyEntry(): Promise<string> {
  const [name = "", ...others] = await readdir(folder());
  expect(others).toEqual([]);
  return join(folder(), name);
}

describe("the folder", () => {
  test.each<[NodeJS.Platform, Readonly<Record<string, string>>, string | undefined]>([
    ["linux", { HOME: "/home/a" }, "/home/a/.cache/notation-azure-kv/key-specs"],
    ["linux", { HOME: "/home/a", XDG_CACHE_HOME: "/x" }, "/x/notation-azure-kv/key-specs"],
    ["linux", { HOME: "/home/a", XDG_CACHE_HOME: "x" }, "/home/a/.cache/notation-azure-kv/key-specs"],
    ["linux", { HOME: "a" }, undefined],
    ["linux", {}, undefined],
    ["darwin", { HOME: "/Users/a" }, "/Users/a/Library/Caches/notation-azure-kv/key-specs"],
    ["darwin", { HOME: "/Users/a", XDG_CACHE_HOME: "/x" }, "/x/notation-azure-kv/key-specs"],
    ["win32", { LOCALAPPDATA: "C:\\a", HOME: "/home/a" }, "C:\\a\\notation-azure-kv\\key-specs"],
    ["win32", { HOME: "/home/a" }, undefined],
  ])("on %s with %j is %p", (platform, environment, expected) => {
    expect(cacheFolder(environment, platform)).toBe(expected);
  });

  test.each(["off", "OFF", "false", "0", "no"])("is none where NOTATION_AZURE_KV_CACHE is %s", (value) => {
    expect(cacheFolder({ HOME: "/home/a", NOTATION_AZURE_KV_CACHE: value }, "linux")).toBeUndefined();
    expect(cacheFolder({ HOME: "/home/a", NOTATION_AZURE_KV_CACHE: "on" }, "linux")).toBeDefined();
  });
});

describe("a key spec", () => {
  test.each(KEY_SPECS)("%s is remembered of a version, for its user alone", async (keySpec) => {
    expect(recallKeySpec(KEY, env)).toBeUndefined();
    rememberKeySpec(KEY, keySpec, env);
    expect(recallKeySpec(KEY, env)).toBe(keySpec);
    expect(recallKeySpec({ ...KEY, name: KEY.name.toUpperCase() }, env)).toBe(keySpec);
    expect((await Bun.file(await onlyEntry()).stat()).mode & 0o777).toBe(0o600);
  });

  test("is not remembered of the latest version, whichever that is", async () => {
    rememberKeySpec({ ...KEY, version: undefined }, "EC-256", env);
    expect(await readdir(home)).toEqual([]);
    rememberKeySpec(KEY, "EC-256", env);
    expect(recallKeySpec({ ...KEY, version: undefined }, env)).toBeUndefined();
  });

  test.each([
    ["version", { version: "f".repeat(32) }],
    ["name", { name: "other" }],
    ["vault", { vaultUrl: "https://other.vault.azure.net" }],
  ])("is not that of another %s", (_what, change) => {
    rememberKeySpec(KEY, "EC-256", env);
    expect(recallKeySpec({ ...KEY, ...change }, env)).toBeUndefined();
  });

  test("is forgotten, once", () => {
    expect(forgetKeySpec(KEY, env)).toBe(false);
    rememberKeySpec(KEY, "EC-256", env);
    expect(forgetKeySpec(KEY, env)).toBe(true);
    expect(recallKeySpec(KEY, env)).toBeUndefined();
    expect(forgetKeySpec(KEY, env)).toBe(false);
  });

  test("of a vault whose name is too long for a file is not remembered", async () => {
    const key = {
      ...KEY,
      vaultUrl: `https://${"a".repeat(60)}.${"b".repeat(60)}.example`,
      name: "n".repeat(127),
    };
    rememberKeySpec(key, "EC-256", env);
    expect(recallKeySpec(key, env)).toBeUndefined();
    expect(await readdir(home)).toEqual([]);
  });
});

describe("an entry is not believed", () => {
  const changes: readonly (readonly [string, (file: string) => Promise<unknown>])[] = [
    ["that is empty", (file) => writeFile(file, "")],
    ["that is cut", async (file) => writeFile(file, (await readFile(file, "utf8")).slice(0, -1))],
    ["with something after it", async (file) => writeFile(file, `${await readFile(file, "utf8")}x`)],
    [
      "of no known key spec",
      async (file) => writeFile(file, (await readFile(file, "utf8")).replace("EC-256", "EC-257")),
    ],
    [
      "of another key",
      async (file) => writeFile(file, (await readFile(file, "utf8")).replace(KEY.name, "other")),
    ],
    ["that is binary", (file) => writeFile(file, Buffer.alloc(4096, 0xff))],
    ["that others may write to", (file) => chmod(file, 0o666)],
    [
      "that was copied, as a pipeline's cache is",
      async (file) => {
        await copyFile(file, `${file}.copy`);
        await rename(`${file}.copy`, file);
      },
    ],
    [
      "that is a link",
      async (file) => {
        await rename(file, join(home, "elsewhere"));
        await symlink(join(home, "elsewhere"), file);
      },
    ],
    [
      "that is a folder",
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
    ],
    [
      "that is a named pipe, which is not waited for",
      async (file) => {
        await rm(file);
        expect(Bun.spawnSync(["mkfifo", file]).exitCode).toBe(0);
      },
    ],
  ];

  test.each(changes)("%s", async (_what, change) => {
    rememberKeySpec(KEY, "EC-256", env);
    await change(await onlyEntry());
    expect(recallKeySpec(KEY, env)).toBeUndefined();
  });
});

describe("nothing fails", () => {
  test("where the folder cannot be made", async () => {
    await writeFile(join(home, "notation-azure-kv"), "a file in the way");
    rememberKeySpec(KEY, "EC-256", env);
    expect(recallKeySpec(KEY, env)).toBeUndefined();
    expect(forgetKeySpec(KEY, env)).toBe(false);
  });

  test("where there is no folder for it, or the cache is off", () => {
    for (const environment of [{}, { ...env, NOTATION_AZURE_KV_CACHE: "off" }]) {
      rememberKeySpec(KEY, "EC-256", environment);
      expect(recallKeySpec(KEY, environment)).toBeUndefined();
      expect(forgetKeySpec(KEY, environment)).toBe(false);
    }
  });
});

test("of too many the oldest are forgotten, and what a killed process left behind", async () => {
  await mkdir(folder(), { recursive: true });
  const old = new Date(Date.now() - 3_600_000);
  for (let number = 0; number < 300; number += 1) {
    const file = join(folder(), number % 2 === 0 ? `old-${number}` : `old-${number}.1.2.tmp`);
    await writeFile(file, "x");
    await utimes(file, old, old);
  }
  rememberKeySpec(KEY, "EC-256", env);
  expect(recallKeySpec(KEY, env)).toBe("EC-256");
  expect((await readdir(folder())).length).toBeLessThanOrEqual(256);
});
