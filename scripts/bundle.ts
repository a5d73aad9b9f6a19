/**
 * TypeScript to one CommonJS file that loads what a command needs, and nothing else. esbuild splits along the dynamic
 * imports, but into files of their own; here each becomes a function of one file, which the runtime reads when it is first
 * called. docs/decisions/0009-speed.md says what that saves.
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin, transform } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ENTRY = "main.js";

/** The bundle runs on the executable's own runtime and on Node 22 and newer. */
const TARGET = { platform: "node", target: "node22", legalComments: "none" } as const;

/**
 * Loads `node:zlib`, which takes 1.5 ms, when it is used: the SDK's HTTP client imports it for answers that are compressed,
 * as a default. To import a name of it fails the build.
 */
const LAZY_ZLIB: Plugin = {
  name: "lazy-zlib",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?zlib$/ }, () => ({ path: "zlib", namespace: "lazy" }));
    onLoad({ filter: /^zlib$/, namespace: "lazy" }, () => ({
      contents:
        'export default new Proxy({}, { get: (_none, name) => process.getBuiltinModule("node:zlib")[name] });',
    }));
  },
};

/** The program in one file. */
export interface Bundle {
  readonly code: string;
  /** The files of which something is in it, by their paths in the project, in order. */
  readonly inputs: readonly string[];
}

/** Makes the bundle. */
export async function bundle(): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: ROOT,
    entryPoints: ["src/main.ts"],
    outdir: "dist",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    plugins: [LAZY_ZLIB],
    logLevel: "warning",
  });
  const chunks = await Promise.all(
    outputFiles.map(async ({ path, text }) => ({ name: basename(path), code: await toCommonJs(text) })),
  );
  return { code: link(chunks.sort((a, b) => (a.name < b.name ? -1 : 1))), inputs: filesIn(metafile) };
}

/** What esbuild read, less what it found to be unused. */
function filesIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  return [...new Set(files)].sort();
}

/** A dynamic import becomes a `require` in a promise: the chunk that it names is in the same file. */
async function toCommonJs(code: string): Promise<string> {
  const { code: commonJs } = await transform(code, {
    ...TARGET,
    format: "cjs",
    minify: true,
    supported: { "dynamic-import": false },
  });
  return commonJs;
}

/**
 * The chunks as functions by name, and a `require` that runs each once and leaves all other names to the runtime. Node.js has no
 * `require` of its own where it takes the file for an ES module, as one without an ending below a package.json that says so.
 */
function link(chunks: readonly { readonly name: string; readonly code: string }[]): string {
  const factories = chunks.map(
    ({ name, code }) => `${JSON.stringify(`./${name}`)}(module,exports,require){${code}},`,
  );
  return `#!/usr/bin/env node
"use strict";
const chunks={
${factories.join("\n")}
};
const loaded=new Map();
function load(name){
const chunk=chunks[name];
if(chunk===undefined)return typeof require==="function"?require(name):process.getBuiltinModule(name);
let module=loaded.get(name);
if(module===undefined){
module={exports:{}};
loaded.set(name,module);
chunk(module,module.exports,load);
}
return module.exports;
}
load("./${ENTRY}");
`;
}
