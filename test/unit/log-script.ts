/**
 * Opens the log that the environment names, and writes the entries of its arguments, JSON: `[level, message]` each. Runs
 * in a process of its own, since the log is one for the process. Prints what was thrown.
 */
import { type LogLevel, log, logLevel } from "../../src/log/log.ts";
import { openLog } from "../../src/log/open-log.ts";

const entries: readonly (readonly [LogLevel, string])[] = JSON.parse(process.argv[2] ?? "[]");
try {
  openLog(process.env);
  for (const [level, message] of entries) {
    log(level, message);
  }
  console.log(JSON.stringify({ level: logLevel() }));
} catch (error) {
  const { code, message } = { code: undefined, ...Object(error), message: String(error) };
  console.log(JSON.stringify({ code, message }));
}
