import { expect, test } from "bun:test";
import { type Run, runProgram } from "./run-program.ts";

/** Runs a program of these lines. */
async function run(source: string): Promise<Run> {
  return await runProgram({ command: [process.execPath, "--eval", source], env: {}, stdin: "{}" });
}

test("a run that ended well has a time, and when it began", async () => {
  const before = Date.now() - 1;
  const ended = await run(`if (await Bun.stdin.text() !== "{}") process.exit(1)`);
  expect(ended).toEqual({ startedAt: expect.any(Number), milliseconds: expect.any(Number) });
  expect("startedAt" in ended && ended.startedAt >= before).toBe(true);
});

test("a failure is told by the contract's message, by the first line, or by the exit code", async () => {
  const error = JSON.stringify({ errorCode: "ERROR", errorMessage: "not today\nnor tomorrow" });
  expect(await run(`console.error(${JSON.stringify(error)}); process.exit(1)`)).toEqual({
    failure: "not today",
  });
  expect(await run(`console.error("\\nfirst\\nsecond"); process.exit(1)`)).toEqual({ failure: "first" });
  expect(await run(`console.log("usage: x"); process.exit(1)`)).toEqual({ failure: "usage: x" });
  expect(await run("process.exit(3)")).toEqual({ failure: "exit code 3" });
});

test("a program that is not there fails like any other", async () => {
  const missing = await runProgram({ command: [`${import.meta.dirname}/missing`], env: {} });
  expect(missing).toEqual({ failure: expect.stringContaining("ENOENT") });
});
