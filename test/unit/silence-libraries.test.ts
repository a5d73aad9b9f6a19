import { describe, expect, test } from "bun:test";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MODULES = fileURLToPath(new URL("../../src/", import.meta.url));

/** Runs the statement after both; what got out, and what is in the log. */
async function silenced(statement: string): Promise<{ readonly out: string; readonly log: string }> {
  const file = join(tmpdir(), `notation-azure-kv-test-${process.pid}.log`);
  const script = `
    import { openLog } from "${MODULES}log/open-log.ts";
    import { silenceLibraries } from "${MODULES}log/silence-libraries.ts";
    import { silenceStreams } from "${MODULES}log/silence-streams.ts";
    openLog({ NOTATION_AZURE_KV_LOG: ${JSON.stringify(file)}, AZURE_LOG_LEVEL: "verbose" });
    silenceLibraries();
    silenceStreams();
    ${statement};`;
  try {
    const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script]);
    return { out: `${stdout.toString()}${stderr.toString()}`, log: await readFile(file, "utf8") };
  } finally {
    await rm(file, { force: true });
  }
}

describe("what libraries and the runtime say by the way is in the log, and nowhere else", () => {
  test.each([
    'console.log("said")',
    'console.error("said", 1)',
    'console.warn("said")',
    'console.info("said")',
    'console.debug("said")',
    'console.trace("said")',
    'console.dir("said")',
    'console.table("said")',
    'console.group("said")',
    'process.stdout.write("said")',
    'process.stderr.write(Buffer.from("said"))',
    'process.emitWarning("said"); await new Promise((resolve) => setTimeout(resolve, 10))',
  ])("%s", async (statement) => {
    const { out, log } = await silenced(statement);
    expect(out).toBe("");
    expect(log).toMatch(/^\S+ \d+ (?:verbose|warning) .*said/);
  });

  test.each([
    'console.assert(false, "said")',
    'console.write("said")',
    'console.count("said")',
    'console.countReset("said")',
    'console.dirxml("said")',
    'console.groupCollapsed("said")',
    'console.time("said"); console.timeLog("said"); console.timeEnd("said")',
  ])("nor is what few say: %s", async (statement) => {
    expect((await silenced(statement)).out).toBe("");
  });
});
