/** A bundle and the runtime to one executable. */
import { $ } from "bun";

/**
 * Compiles a bundle. The executable must not read the folder that it is started in: in a pipeline that is the repository
 * being built, and a pull request could set HTTPS_PROXY or AZURE_AUTHORITY_HOST for the signer by a `.env` file. By itself
 * the runtime trusts its own list of authorities alone, and not the system's store.
 */
export async function compile(bundleFile: string, executableFile: string): Promise<void> {
  await $`${process.execPath} build ${bundleFile} --compile --bytecode --outfile ${executableFile} \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --no-compile-autoload-tsconfig --no-compile-autoload-package-json \
    --compile-exec-argv=--use-system-ca`.quiet();
}
