/** The edge of the process: arguments, streams and the exit code are touched here and in standard-streams.ts alone. */
import { isForPeople, run } from "./cli/run.ts";
import { LOG_FILE_VARIABLE, log } from "./log/log.ts";
import { silenceLibraries } from "./log/silence-libraries.ts";
import { isTerminal, note, readStdin, writeAndExit } from "./standard-streams.ts";

/**
 * What these make libraries and the runtime do is not for a signer: DEBUG and AZURE_LOG_LEVEL write to stderr, where
 * only one JSON object may be, and show a proxy's password; NODE_TLS_REJECT_UNAUTHORIZED would trust any server.
 */
const IGNORED_VARIABLES = ["DEBUG", "AZURE_LOG_LEVEL", "NODE_TLS_REJECT_UNAUTHORIZED"];

let failed = false;

/** Once: the CLI reads all of stderr as one JSON object. */
async function fail(thrown: unknown): Promise<void> {
  if (failed) {
    return;
  }
  failed = true;
  try {
    const { errorText } = await import("./cli/error-text.ts");
    await writeAndExit(2, errorText(thrown, isForPeople(process.argv.slice(2)), process.env), 1);
  } catch {
    // Nobody reads stderr: the exit code is all that is left.
    process.exit(1);
  }
}

// Bun and Node print the source around an uncaught error to stderr, where only one JSON object may be.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
silenceLibraries();

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (process.env[LOG_FILE_VARIABLE]) {
    const { openLog } = await import("./log/open-log.ts");
    openLog(process.env);
  }
  // They are read later: by libraries when a command loads them, by the runtime when TLS is first used.
  for (const variable of IGNORED_VARIABLES) {
    delete process.env[variable];
  }
  // The others may hold what somebody typed by mistake.
  log("info", `started: ${args[0] ?? ""}`);
  const { text, exitCode } = await run(args, { readStdin, isTerminal, note });
  log("info", exitCode === 0 ? "succeeded" : "told what is wrong");
  await writeAndExit(1, text, exitCode);
}

main().catch(fail);
