import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Rooms that everybody may call. */
const EVERYBODYS = ["error", "log"];

/** The table of CONTRIBUTING.md: each room and those that it calls. */
async function drawnRooms(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const text = await readFile(`${ROOT}CONTRIBUTING.md`, "utf8");
  const table = text.slice(text.indexOf("| room of `src/` |")).split("\n\n")[0] ?? "";
  const rows = table.split("\n").slice(2);
  return new Map(
    rows.map((row) => {
      const [room = "", , calls = ""] = row
        .split("|")
        .slice(1)
        .map((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = ""]) => name));
      return [room[0] ?? "", new Set([...calls, ...EVERYBODYS])];
    }),
  );
}

/** The rooms that the files of `src/` import, by room. */
async function importedRooms(): Promise<Map<string, Set<string>>> {
  const rooms = new Map<string, Set<string>>();
  for await (const file of new Glob("*/**/*.ts").scan(`${ROOT}src`)) {
    const room = file.split("/")[0] ?? "";
    const source = await readFile(`${ROOT}src/${file}`, "utf8");
    const imports = Array.from(
      source.matchAll(/(?:from|import\()\s*"(?:\.\.\/)+([a-z0-9-]+)\//g),
      ([, name = ""]) => name,
    );
    rooms.set(room, new Set([...(rooms.get(room) ?? []), ...imports]));
  }
  return rooms;
}

describe("the rooms that CONTRIBUTING.md draws", async () => {
  const drawn = await drawnRooms();
  const imported = await importedRooms();

  test("are the folders of src/", () => {
    expect([...drawn.keys()].sort()).toEqual([...imported.keys()].sort());
  });

  test.each([...imported.keys()].sort())("%s calls what is drawn, and no more", (room) => {
    const others = (names: Iterable<string>) =>
      [...names].filter((name) => !EVERYBODYS.includes(name)).sort();
    expect(others(imported.get(room) ?? [])).toEqual(others(drawn.get(room) ?? []));
  });

  test("those that everybody may call call nobody else", () => {
    expect([...(imported.get("error") ?? [])]).toEqual([]);
    expect([...(imported.get("log") ?? [])]).toEqual(["error"]);
  });
});

test("the emulator and its certificates import nothing of the product", async () => {
  const importing: string[] = [];
  for await (const file of new Glob("{emulator,pki,tools}/**/*.ts").scan(`${ROOT}test`)) {
    const source = await readFile(`${ROOT}test/${file}`, "utf8");
    if (/(?:from|import\()\s*"[./]*\/src\//.test(source)) {
      importing.push(file);
    }
  }
  expect(importing).toEqual([]);
});
