/** The executables of a release: each for its platform, and signed where the platform wants it. */
import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName, EXECUTABLE_NAME } from "../../scripts/archive-name.ts";
import { compileUnsigned } from "../../scripts/compile.ts";
import { signAdHoc } from "../../scripts/package/mach-o-signature.ts";
import { executableName, PLATFORMS, type Platform, thisPlatform } from "../../scripts/package/platforms.ts";
import { provideRuntime } from "../../scripts/package/runtime.ts";
import { checkCodeDirectory } from "./code-signature.ts";
import { readElf, readMachO, readPe } from "./formats.ts";
import { entryOf, RELEASE_LIMIT_MS, release } from "./release.ts";

const ROOT = join(import.meta.dirname, "..", "..");

beforeAll(async () => {
  await release();
}, RELEASE_LIMIT_MS);

function platformOf(name: string): Platform {
  const platform = PLATFORMS.find((one) => one.name === name);
  if (platform === undefined) {
    throw new Error(`there is no platform ${name}`);
  }
  return platform;
}

async function executableFor(name: string): Promise<Buffer> {
  const platform = platformOf(name);
  return (await entryOf(archiveName(platform), executableName(platform))).content;
}

test.each([
  ["linux_amd64", "x86-64", "/lib64/ld-linux-x86-64.so.2"],
  ["linux_amd64_musl", "x86-64", "/lib/ld-musl-x86_64.so.1"],
  ["linux_arm64", "AArch64", "/lib/ld-linux-aarch64.so.1"],
  ["linux_arm64_musl", "AArch64", "/lib/ld-musl-aarch64.so.1"],
] as const)("%s: ELF for %s, loaded by %s", async (name, machine, interpreter) => {
  expect(readElf(await executableFor(name))).toEqual({ machine, interpreter });
});

test("windows_amd64: PE for the console, without the runtime's own signature, which would fit no more", async () => {
  const executable = await executableFor("windows_amd64");
  expect(readPe(executable)).toEqual({ machine: "AMD64", subsystem: "console", signature: 0 });
});

test.each([
  ["darwin_amd64", "x86_64"],
  ["darwin_arm64", "arm64"],
] as const)("%s: Mach-O for %s, signed ad hoc to its last byte", async (name, machine) => {
  const executable = await executableFor(name);
  const { signature, ...header } = readMachO(executable);
  expect(header).toEqual({ machine, end: executable.length });
  const offset = signature?.offset ?? 0;
  expect(offset + (signature?.size ?? 0)).toBe(executable.length);
  expect(checkCodeDirectory(executable, offset)).toEqual({
    identifier: "notation-azure-kv",
    adHoc: true,
    codeLimit: offset,
    pages: Math.ceil(offset / 4096),
    wrongPages: [],
  });
});

test("a byte changed is a page whose hash is another", async () => {
  const executable = await executableFor("darwin_arm64");
  executable.writeUInt8(executable.readUInt8(5 * 4096 + 17) ^ 1, 5 * 4096 + 17);
  const offset = readMachO(executable).signature?.offset ?? 0;
  expect(checkCodeDirectory(executable, offset).wrongPages).toEqual([5]);
});

test("the ad-hoc signature is, byte for byte, the one that Bun makes for arm64", async () => {
  const folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-darwin-"));
  const { target } = platformOf("darwin_arm64");
  const runtime = await provideRuntime(platformOf("darwin_arm64"), folder);
  const file = join(folder, "out", "notation-azure-kv");
  await compileUnsigned(join(ROOT, "dist", "notation-azure-kv.cjs"), file, { target, runtime });
  const asCompiled = await readFile(file);
  await rm(folder, { recursive: true });
  expect(signAdHoc(asCompiled, "a.out")).toEqual(asCompiled);
});

test("what is no Mach-O file is not signed", () => {
  expect(() => signAdHoc(Buffer.alloc(4096), "x")).toThrow("not a 64-bit Mach-O file");
});

describe.each(PLATFORMS.map(({ name }) => name))("%s", (name) => {
  test("names no folder of the machine that built it", async () => {
    const executable = await executableFor(name);
    expect([ROOT, join(tmpdir(), "notation-azure-kv-")].filter((path) => executable.includes(path))).toEqual(
      [],
    );
  });
});

// Releases are made on Linux.
if (process.platform === "linux") {
  test("this platform's executable is the one that `npm run build` makes, and all other tests run", async () => {
    const built = await readFile(join(ROOT, "dist", EXECUTABLE_NAME));
    expect((await executableFor(thisPlatform().name)).equals(built)).toBe(true);
  });
}
