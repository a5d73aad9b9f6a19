/**
 * `npm run build`: TypeScript to one CommonJS bundle, and the bundle to one executable for this machine.
 * docs/decisions/0001-runtime.md says why so.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { EXECUTABLE_NAME } from "./archive-name.ts";
import { bundle } from "./bundle.ts";
import { compile } from "./compile.ts";
import { generateValidators } from "./generate-validators.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE_FILE = "dist/notation-azure-kv.cjs";
const EXECUTABLE_FILE = `dist/${EXECUTABLE_NAME}`;

await rm(`${ROOT}dist`, { recursive: true, force: true });
await mkdir(`${ROOT}dist`, { recursive: true });
await generateValidators();
await writeFile(`${ROOT}${BUNDLE_FILE}`, await bundle());
await compile(`${ROOT}${BUNDLE_FILE}`, `${ROOT}${EXECUTABLE_FILE}`);
console.log(`built ${BUNDLE_FILE} and ${EXECUTABLE_FILE}`);
