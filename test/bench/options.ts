/** The command line of `npm run bench`. */
import { parseArgs } from "node:util";
import { EMPTY_PROGRAM, OWN_PLUGIN, type Program } from "./program.ts";

export interface BenchOptions {
  /** How many times each program is started for the start-up table. */
  readonly runs: number;
  /** Where the document goes; undefined: to stdout. */
  readonly file: string | undefined;
  /** Other plugins, to be measured beside ours. */
  readonly peers: readonly Program[];
}

export const USAGE = "npm run bench -- [--runs N] [--file FILE] [--peer NAME=PATH]...";

const DEFAULT_RUNS = 30;

/** Reads the arguments. Throws an Error whose message says what is wrong with them. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string" },
      file: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
    },
  });
  const peers = values.peer.map(peerOf);
  const names = [EMPTY_PROGRAM, OWN_PLUGIN, ...peers.map(({ name }) => name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`--peer: the name ${twice} is taken`);
  }
  if (values.file === "") {
    throw new Error("--file: the name of a file is missing");
  }
  return { runs: runsOf(values.runs), file: values.file, peers };
}

function runsOf(text = `${DEFAULT_RUNS}`): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new Error(`--runs: ${text} is no number of runs`);
  }
  return Number(text);
}

function peerOf(text: string): Program {
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new Error(`--peer: ${text} is not NAME=PATH`);
  }
  return { name, path };
}
