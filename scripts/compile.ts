/** A bundle and the runtime to one executable. */
import { $ } from "bun";

/** How many times more often than usual a function must have run before it is compiled to machine code. */
const JIT_POLICY = 100;

/**
 * Compiles a bundle. The executable must not read the folder that it is started in: in a pipeline that is the repository
 * being built, and a pull request could set HTTPS_PROXY or AZURE_AUTHORITY_HOST for the signer by a `.env` file. By itself
 * the runtime trusts its own list of authorities alone, and not the system's store. A command runs for some milliseconds:
 * compiling a function takes more time than it saves (docs/decisions/0009-speed.md).
 */
export async function compile(bundleFile: string, executableFile: string): Promise<void> {
  await $`${process.execPath} build ${bundleFile} --compile --bytecode --outfile ${executableFile} \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --no-compile-autoload-tsconfig --no-compile-autoload-package-json \
    --compile-exec-argv=--use-system-ca --compile-jit-policy ${JIT_POLICY}`.quiet();
}
