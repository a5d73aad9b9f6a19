/** A bundle and the runtime to one executable. */
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { $ } from "bun";
import { signAdHoc } from "./package/mach-o-signature.ts";

/** Another platform than this machine's, as `bun build` takes it. */
export interface Target {
  /** For example `bun-linux-arm64`. */
  readonly target: string;
  /** The path of the platform's runtime. */
  readonly runtime: string;
}

/** How many times more often than usual a function must have run before it is compiled to machine code. */
const JIT_POLICY = 100;

/**
 * Compiles a bundle, for this machine unless a target is given. An executable for macOS is signed ad hoc: what the compiler leaves
 * is not valid on every processor (docs/decisions/0010-packages.md).
 */
export async function compile(bundleFile: string, executableFile: string, target?: Target): Promise<void> {
  await compileUnsigned(bundleFile, executableFile, target);
  if (target?.target.startsWith("bun-darwin-") ?? process.platform === "darwin") {
    await writeFile(executableFile, signAdHoc(await readFile(executableFile), "notation-azure-kv"));
  }
}

/**
 * Compiles, and leaves what the compiler makes as it is. The executable must not read the folder that it is started in: in a
 * pipeline that is the repository being built, and a pull request could set HTTPS_PROXY or AZURE_AUTHORITY_HOST for the signer by a
 * `.env` file. By itself the runtime trusts its own list of authorities alone, and not the system's store. It is compiled in
 * the folder of the bundle, whose path would else be part of the executable. A command runs for some milliseconds: compiling a
 * function takes more time than it saves (docs/decisions/0009-speed.md).
 */
export async function compileUnsigned(
  bundleFile: string,
  executableFile: string,
  target?: Target,
): Promise<void> {
  const cross =
    target === undefined ? [] : [`--target=${target.target}`, `--compile-executable-path=${target.runtime}`];
  await $`${process.execPath} build ./${basename(bundleFile)} --compile --bytecode --outfile ${executableFile} \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --no-compile-autoload-tsconfig --no-compile-autoload-package-json \
    --compile-exec-argv=--use-system-ca --compile-jit-policy ${JIT_POLICY} ${cross}`
    .cwd(dirname(bundleFile))
    .quiet();
}
