import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LogLevel } from "../../src/log/log.ts";

const SCRIPT = fileURLToPath(new URL("log-script.ts", import.meta.url));
const ALL: readonly (readonly [LogLevel, string])[] = [
  ["error", "an error"],
  ["warning", "a warning"],
  ["info", "an information"],
  ["verbose", "a detail"],
];

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function newFile(): string {
  files += 1;
  return join(folder, `${files}.log`);
}

interface Ended {
  /** The level of the log in the end; undefined where none is open. */
  readonly level?: LogLevel;
  readonly code?: string;
  readonly message?: string;
}

/** Runs the script; how it ended. */
function run(environment: Readonly<Record<string, string>>, entries = ALL): Ended {
  const { stdout, stderr } = Bun.spawnSync([process.execPath, SCRIPT, JSON.stringify(entries)], {
    env: { PATH: process.env["PATH"], ...environment },
  });
  expect(stderr.toString()).toBe("");
  return JSON.parse(stdout.toString());
}

/** The lines that the entries make. */
async function linesOf(
  entries: readonly (readonly [LogLevel, string])[],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const file = newFile();
  run({ NOTATION_AZURE_KV_LOG: file, ...environment }, entries);
  const text = await readFile(file, "utf8");
  expect(text.at(-1)).toBe("\n");
  return text.slice(0, -1).split("\n");
}

describe("the log", () => {
  test("has a line per entry: time, process, level, message", async () => {
    const [line, ...others] = await linesOf([["error", "what happened"]]);
    expect(line).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ error what happened$/);
    expect(others).toEqual([]);
  });

  test.each<[string, readonly LogLevel[]]>([
    ["error", ["error"]],
    ["warning", ["error", "warning"]],
    ["Warning", ["error", "warning"]],
    ["info", ["error", "warning", "info"]],
    ["VERBOSE", ["error", "warning", "info", "verbose"]],
    ["", ["error", "warning", "info"]],
  ])("of the level %j has the entries of %j", async (level, expected) => {
    const lines = await linesOf(ALL, { AZURE_LOG_LEVEL: level });
    expect(lines.map((line) => line.split(" ")[2])).toEqual([...expected]);
  });

  test("has the entries up to info where no level is said", async () => {
    expect(await linesOf(ALL)).toHaveLength(3);
  });

  test.each(["a\nb", "a\r\nb", "a\rb", "a \n\n  b"])("writes %j on one line", async (message) => {
    const lines = await linesOf([
      ["error", message],
      ["error", "next"],
    ]);
    expect(lines.map((line) => line.split(" error ")[1])).toEqual(["a ⏎ b", "next"]);
  });

  test("writes a long message soon, whatever a server sent", async () => {
    const start = performance.now();
    await linesOf([["error", `a${" ".repeat(60_000)}b`]]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("has no secrets", async () => {
    const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";
    const lines = await linesOf([["error", `Bearer ${token} and a-Client~Secret`]], {
      AZURE_CLIENT_SECRET: "a-Client~Secret",
    });
    expect(lines.join()).not.toContain(token);
    expect(lines.join()).not.toContain("a-Client~Secret");
  });

  test("is not opened where no file is named", () => {
    expect(run({})).toEqual({});
    expect(run({ NOTATION_AZURE_KV_LOG: "", AZURE_LOG_LEVEL: "no level" })).toEqual({});
  });
});

describe("the file of the log", () => {
  test("is made for its owner alone", async () => {
    const file = newFile();
    run({ NOTATION_AZURE_KV_LOG: file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("that exists is added to, and keeps its mode", async () => {
    const file = newFile();
    await writeFile(file, "what was there\n", { mode: 0o640 });
    run({ NOTATION_AZURE_KV_LOG: file }, [["error", "what is new"]]);
    run({ NOTATION_AZURE_KV_LOG: file }, [["error", "what is newer"]]);
    expect(await readFile(file, "utf8")).toMatch(
      /^what was there\n\S+ \d+ error what is new\n\S+ \d+ error what is newer\n$/,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  test.each([
    ["in a folder that does not exist", () => join(folder, "none", "x.log"), "ENOENT"],
    ["that is a folder", () => folder, "EISDIR"],
  ])("%s is told by the variable's name", (_what, file, reason) => {
    const { code, message } = run({ NOTATION_AZURE_KV_LOG: file() });
    expect(code).toBe("VALIDATION_ERROR");
    expect(message).toContain(`NOTATION_AZURE_KV_LOG names ${file()}, which cannot be opened: ${reason}`);
    expect(message).toContain("\nFix: ");
  });

  test("on a full disk is given up without a word: a signature matters more", () => {
    expect(run({ NOTATION_AZURE_KV_LOG: "/dev/full" })).toEqual({});
  });
});

test.each(["debug", "warn", "0", "error,info"])("the level %j is told by the variable's name", (level) => {
  const { code, message } = run({ NOTATION_AZURE_KV_LOG: newFile(), AZURE_LOG_LEVEL: level });
  expect(code).toBe("VALIDATION_ERROR");
  expect(message).toContain(`AZURE_LOG_LEVEL is ${JSON.stringify(level)}`);
  expect(message).toContain("error, warning, info, verbose");
});

test("a log whose descriptor is closed is given up without a word", () => {
  const file = newFile();
  const folder = fileURLToPath(new URL("../../src/log/", import.meta.url));
  const script = `
    import { closeSync, fstatSync, statSync } from "node:fs";
    import { log, logLevel } from ${JSON.stringify(`${folder}log.ts`)};
    import { openLog } from ${JSON.stringify(`${folder}open-log.ts`)};
    openLog({ NOTATION_AZURE_KV_LOG: ${JSON.stringify(file)} });
    const { ino } = statSync(${JSON.stringify(file)});
    for (let descriptor = 3; descriptor < 100; descriptor += 1) {
      try {
        if (fstatSync(descriptor).ino === ino) { closeSync(descriptor); break; }
      } catch {}
    }
    log("error", "x");
    console.log(logLevel());`;
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, "-e", script], { stderr: "ignore" });
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: "undefined\n" });
});
