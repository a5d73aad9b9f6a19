/** The edge of the process: arguments, stdin, stdout, stderr and the exit code are touched here and nowhere else. */
import { run } from "./cli/run.ts";
import { validationError } from "./error/plugin-error.ts";
import { asPluginError } from "./error/unexpected-error.ts";
import { encodeError } from "./protocol/response.ts";

/** @throws PluginError VALIDATION_ERROR when stdin is a terminal: nobody types a request. */
async function readStdin(): Promise<Uint8Array> {
  if (process.stdin.isTTY) {
    throw validationError(
      "stdin is a terminal; expected the request as one JSON object on stdin. Notation starts this program by " +
        "itself: see `notation-azure-kv --help`",
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

let ended = false;

/** Writes all of the text, then ends the process, once: open connections to the vault must not hold it up. */
function end(stream: NodeJS.WriteStream, text: string, exitCode: 0 | 1): void {
  if (!ended) {
    ended = true;
    stream.write(text, (error) => process.exit(error ? 1 : exitCode));
  }
}

function fail(thrown: unknown): void {
  end(process.stderr, encodeError(asPluginError(thrown)), 1);
}

// Bun and Node print the source around an uncaught error to stderr, where only one JSON object may be.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

run(process.argv.slice(2), readStdin).then((text) => end(process.stdout, text, 0), fail);
