/**
 * `npm run bench`: measures the plugin's start-up, its commands and signing by the official Notation CLI, and prints the
 * figures as a Markdown document. `--file docs/benchmarks.md` writes it to that file instead, `--runs N` takes more or fewer
 * runs, and `--peer NAME=PATH` measures another plugin beside ours.
 */
import { constants } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runBench } from "./bench.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";

const options = await readOptions();
const text = await runBench(options);
if (options.file === undefined) {
  process.stdout.write(text);
} else {
  await writeFile(options.file, text);
  console.error(`${options.file} is written`);
}

/** The options, with programs that can be started; or the end, with what is wrong. */
async function readOptions(): Promise<BenchOptions> {
  try {
    const read = parseOptions(process.argv.slice(2));
    const peers = read.peers.map(({ name, path }) => ({ name, path: resolve(path) }));
    for (const { path } of peers) {
      await access(path, constants.X_OK).catch(() => {
        throw new Error(`--peer: ${path} is no program`);
      });
    }
    return { ...read, peers };
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
    process.exit(2);
  }
}
