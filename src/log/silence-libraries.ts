import { log } from "./log.ts";

/**
 * Leads what libraries and the runtime say by the way into the log: `console` and warnings. stdout holds the response and
 * stderr one error, and nothing else may be on either.
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
