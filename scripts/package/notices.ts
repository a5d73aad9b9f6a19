/** `THIRD_PARTY_NOTICES.txt`: whose work is in an archive, and under which licence. */
import { readFile } from "node:fs/promises";
import type { BundledPackage } from "./bundled-packages.ts";
import { RUNTIME_LIBRARIES, RUNTIME_VERSION } from "./runtime-parts.ts";

/** What the file is called in each archive. Its name must not begin with `notation-`: Notation would take it for a plugin. */
export const NOTICES_NAME = "THIRD_PARTY_NOTICES.txt";

const RULE = "=".repeat(80);
const LINE = "-".repeat(80);

/** The notices of the bundle, as they stand in the archive for Node.js, whose runtime is not in it. */
export function bundleNotices(packages: readonly BundledPackage[]): string {
  const sameText = Map.groupBy(packages, ({ licenceText }) => licenceText);
  const sections = [...sameText].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${LINE}\n${names.join("\n")}\n${LINE}\n\n${text}\n`;
  });
  return [
    "notation-azure-kv is under the MIT licence: see LICENSE. In it is the work of others, listed below with their\nlicences.\n",
    `${RULE}\nnpm packages\n${RULE}\n`,
    ...sections,
  ].join("\n");
}

/** The notices of an executable: those of the bundle, and those of the runtime that is in it. */
export async function executableNotices(packages: readonly BundledPackage[]): Promise<string> {
  const libraries = RUNTIME_LIBRARIES.map(({ name, version, licence, url }) =>
    `  ${name.padEnd(16)} ${version.padEnd(42)} ${licence.padEnd(24)} ${url}`.trimEnd(),
  );
  const licences = await readFile(new URL("runtime-licences.txt", import.meta.url), "utf8");
  return [
    bundleNotices(packages),
    `${RULE}\nThe runtime: Bun ${RUNTIME_VERSION}\n${RULE}\n`,
    RUNTIME_TEXT,
    "The libraries in it whose version the runtime itself tells, with the source's commit or version:\n",
    `${libraries.join("\n")}\n`,
    licences,
  ].join("\n");
}

const RUNTIME_TEXT = `The executable is the runtime Bun, unchanged, with this program inside. The runtime is what the npm packages
@oven/bun-<platform> ${RUNTIME_VERSION} hold; it is under the MIT licence, and contains libraries under licences of their own.

Its source:  https://github.com/oven-sh/bun, tag bun-v${RUNTIME_VERSION}
WebKit's:    https://github.com/oven-sh/WebKit, at the commit below

JavaScriptCore, WebKit and tinycc are under the GNU Lesser General Public License, whose text is below. You may change them and
put the program together again: build Bun from its source with your changes, then, in the source of notation-azure-kv,

  npm ci && npm run build
  bun build dist/notation-azure-kv.cjs --compile --compile-executable-path=<your bun> --outfile notation-azure-kv

with the other flags of scripts/compile.ts, which keep it from reading the folder that it is started in. Or run the program, which is in
the archive for Node.js as one file of JavaScript, on any runtime that takes it.
`;
