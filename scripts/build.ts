/**
 * `npm run build`: TypeScript to one CommonJS bundle, and the bundle to one executable for this machine.
 * docs/decisions/0001-runtime.md says why so.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { EXECUTABLE_NAME } from "./archive-name.ts";
import { bundle } from "./bundle.ts";
import { BUNDLE_FILE, INPUTS_FILE } from "./bundle-files.ts";
import { compile } from "./compile.ts";
import { generateValidators } from "./generate-validators.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXECUTABLE_FILE = `dist/${EXECUTABLE_NAME}`;

await rm(`${ROOT}dist`, { recursive: true, force: true });
await mkdir(`${ROOT}dist`, { recursive: true });
await generateValidators();
const { code, inputs } = await bundle();
await writeFile(`${ROOT}${BUNDLE_FILE}`, code);
await writeFile(`${ROOT}${INPUTS_FILE}`, `${JSON.stringify(inputs, undefined, 2)}\n`);
await compile(`${ROOT}${BUNDLE_FILE}`, `${ROOT}${EXECUTABLE_FILE}`);
console.log(`built ${BUNDLE_FILE} and ${EXECUTABLE_FILE}`);
