/** A release made anew elsewhere is the same, byte for byte; and nothing that the lock file does not pin gets into it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { checkIntegrity } from "../../scripts/package/runtime.ts";
import { RELEASE_LIMIT_MS, release, TEST_LEVEL } from "./release.ts";

const ROOT = join(import.meta.dirname, "..", "..");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-again-"));
  await release();
}, RELEASE_LIMIT_MS);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What is not of the source, and is made anew or not needed. */
const LEFT_OUT = new Set([".git", "dist", "generated", "test"]);

async function runBun(args: readonly string[], project: string): Promise<void> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: project,
    // Another clock and language too.
    env: { ...process.env, TZ: "Asia/Kolkata", LANG: "tr_TR.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect({ output, exitCode }).toMatchObject({ exitCode: 0 });
}

test(
  "a copy of the source in another folder makes the same release",
  async () => {
    const project = join(folder, "a rather different place", "project");
    await mkdir(dirname(project));
    await cp(ROOT, project, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !LEFT_OUT.has(basename(path)) || path.includes("node_modules"),
    });
    await runBun(["scripts/build.ts"], project);
    const script = join(project, "again.ts");
    const again = join(folder, "release");
    await writeFile(
      script,
      `import { writeRelease } from "./scripts/package/release.ts";\nawait writeRelease(${JSON.stringify(again)}, ${TEST_LEVEL});\n`,
    );
    await runBun([script], project);

    const first = await release();
    const different: string[] = [];
    for (const name of first.names) {
      const [one, other] = await Promise.all(
        [first.folder, again].map((place) => readFile(join(place, name))),
      );
      if (one === undefined || other === undefined || !one.equals(other)) {
        different.push(name);
      }
    }
    expect(different).toEqual([]);
  },
  RELEASE_LIMIT_MS,
);

test("a runtime that is not what the lock file pins is refused, from wherever it comes", async () => {
  const integrity = `sha512-${"A".repeat(86)}==`;
  expect(() =>
    checkIntegrity(Buffer.from("anything"), "@oven/bun-linux-x64", { version: "1.0.0", integrity }),
  ).toThrow("@oven/bun-linux-x64 1.0.0 is not what package-lock.json pins");

  const cache = join(folder, "notation-azure-kv", "runtimes");
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, `bun-linux-x64-${process.versions.bun}.tgz`), "tampered");
  const script = `
    import { PLATFORMS } from "./scripts/package/platforms.ts";
    import { provideRuntime } from "./scripts/package/runtime.ts";
    const linux = PLATFORMS.find(({ name }) => name === "linux_amd64");
    console.log(await provideRuntime(linux, ${JSON.stringify(folder)}).catch((error) => error.message));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: ROOT,
    env: { ...process.env, XDG_CACHE_HOME: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(await new Response(child.stdout).text()).toContain("is not what package-lock.json pins");
});
