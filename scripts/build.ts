/**
 * `npm run build`: TypeScript to one CommonJS bundle, and the bundle to one executable for this machine.
 * docs/decisions/0001-runtime.md says why so.
 */
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { $ } from "bun";
import { build } from "esbuild";
import { generateValidators } from "./generate-validators.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundleFile = "dist/notation-azure-kv.cjs";
const executableFile = process.platform === "win32" ? "dist/notation-azure-kv.exe" : "dist/notation-azure-kv";

/** The bundle runs on the executable's own runtime and on Node 22 and newer. */
async function bundle(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outfile: bundleFile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minify: true,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "warning",
  });
}

/**
 * The executable. It must not read the folder that it is started in: in a pipeline that is the repository being
 * built, and a pull request could set HTTPS_PROXY or AZURE_AUTHORITY_HOST for the signer by a `.env` file.
 */
async function compile(): Promise<void> {
  await $`${process.execPath} build ${bundleFile} --compile --bytecode --outfile ${executableFile} \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --no-compile-autoload-tsconfig --no-compile-autoload-package-json`
    .cwd(root)
    .quiet();
}

await rm(`${root}/dist`, { recursive: true, force: true });
await mkdir(`${root}/dist`, { recursive: true });
await generateValidators();
await bundle();
await compile();
console.log(`built ${bundleFile} and ${executableFile}`);
