/**
 * `npm run build`: TypeScript to one CommonJS bundle, and the bundle to one executable for this machine.
 * docs/decisions/0001-runtime.md says why so.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { $ } from "bun";
import { EXECUTABLE_NAME } from "./archive-name.ts";
import { bundle } from "./bundle.ts";
import { generateValidators } from "./generate-validators.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE_FILE = "dist/notation-azure-kv.cjs";
const EXECUTABLE_FILE = `dist/${EXECUTABLE_NAME}`;

/**
 * The executable. It must not read the folder that it is started in: in a pipeline that is the repository being
 * built, and a pull request could set HTTPS_PROXY or AZURE_AUTHORITY_HOST for the signer by a `.env` file. By itself the
 * runtime trusts its own list of authorities alone, and not the system's store.
 */
async function compile(): Promise<void> {
  await $`${process.execPath} build ${BUNDLE_FILE} --compile --bytecode --outfile ${EXECUTABLE_FILE} \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --no-compile-autoload-tsconfig --no-compile-autoload-package-json \
    --compile-exec-argv=--use-system-ca`
    .cwd(ROOT)
    .quiet();
}

await rm(`${ROOT}/dist`, { recursive: true, force: true });
await mkdir(`${ROOT}/dist`, { recursive: true });
await generateValidators();
await writeFile(`${ROOT}/${BUNDLE_FILE}`, await bundle());
await compile();
console.log(`built ${BUNDLE_FILE} and ${EXECUTABLE_FILE}`);
