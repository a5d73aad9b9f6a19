/** The edge of the process: arguments, streams and the exit code are touched here and in standard-streams.ts alone. */
import { run } from "./cli/run.ts";
import { asPluginError } from "./error/unexpected-error.ts";
import { encodeError } from "./protocol/response.ts";
import { readStdin, writeAndExit } from "./standard-streams.ts";

/**
 * What these make libraries and the runtime do is not for a signer: DEBUG and AZURE_LOG_LEVEL write to stderr, where
 * only one JSON object may be, and show a proxy's password; NODE_TLS_REJECT_UNAUTHORIZED would trust any server.
 */
const IGNORED_VARIABLES = ["DEBUG", "AZURE_LOG_LEVEL", "NODE_TLS_REJECT_UNAUTHORIZED"];

let failed = false;

/** Once: the CLI reads all of stderr as one JSON object. */
function fail(thrown: unknown): void {
  if (failed) {
    return;
  }
  failed = true;
  try {
    writeAndExit(2, encodeError(asPluginError(thrown)), 1);
  } catch {
    // Nobody reads stderr: the exit code is all that is left.
    process.exit(1);
  }
}

// They are read later: by libraries when a command loads them, by the runtime when TLS is first used.
for (const variable of IGNORED_VARIABLES) {
  delete process.env[variable];
}

// Bun and Node print the source around an uncaught error to stderr, where only one JSON object may be.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

run(process.argv.slice(2), readStdin)
  .then((text) => writeAndExit(1, text, 0))
  .catch(fail);
