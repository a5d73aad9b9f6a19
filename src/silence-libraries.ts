import { log } from "./log/log.ts";

/**
 * Leads what libraries and the runtime say by the way into the log: `console` and warnings. stdout holds the response and
 * stderr one error, and nothing else may be on either.
 *
 * `process.stdout` and `process.stderr` are left alone: to put something in their place makes them first, which takes
 * seven milliseconds. The two libraries that write to them do so for variables that `main.ts` takes away.
 */
export function silenceLibraries(): void {
  const say = (...parts: unknown[]): void => log("verbose", parts.map(String).join(" "));
  // By name alone: to look at what some of the names hold makes the standard streams, which takes four milliseconds.
  for (const method of Object.keys(console)) {
    Object.assign(console, { [method]: say });
  }
  // The runtime's own listener prints them.
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log("warning", `${name}: ${message}`));
}
