import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests } from "../../scripts/test-report.ts";

const TESTS = `
import { test } from "bun:test";
test("passes", () => {});
test('fails <"&">', () => { throw new Error("seed: 1\\n<\\"it's\\"> & more"); });
test("says nothing", () => { throw ""; });
test.skip("is skipped", () => {});
`;

/** The report of these tests, by the runner itself. */
async function reportOf(tests: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "test-report-"));
  try {
    await writeFile(join(folder, "some.test.ts"), tests);
    const reporting = ["--reporter=junit", "--reporter-outfile=report.xml"];
    await Bun.spawn([process.execPath, "test", ...reporting], {
      cwd: folder,
      stdio: ["ignore", "ignore", "ignore"],
    }).exited;
    return await readFile(join(folder, "report.xml"), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("counts tests; one that is skipped has failed, too", async () => {
  const { passed, failed } = countTests(await reportOf(TESTS));
  expect({ passed, failed }).toEqual({ passed: 1, failed: 3 });
});

test("names what failed, with its message as it was thrown", async () => {
  const { failures } = countTests(await reportOf(TESTS));
  expect(failures.map(({ name }) => name)).toEqual([
    'some.test.ts: fails <"&">',
    "some.test.ts: says nothing",
    "some.test.ts: is skipped",
  ]);
  expect(failures[0]?.message).toContain(`Error: seed: 1\n<"it's"> & more`);
});

test("a run that left no report has passed nothing", () => {
  expect(countTests("")).toEqual({ passed: 0, failed: 0, failures: [] });
});
