import type { Writable } from "node:stream";
import { log } from "./log/log.ts";

/**
 * Leads what libraries and the runtime say by the way into the log: `console`, warnings, and the standard streams.
 * stdout holds the response and stderr one error, and nothing else may be on either.
 */
export function silenceLibraries(): void {
  const say = (...parts: unknown[]): void => log("verbose", parts.map(String).join(" "));
  for (const [method, value] of Object.entries(console)) {
    if (typeof value === "function") {
      Object.assign(console, { [method]: say });
    }
  }
  // The runtime's own listener prints them.
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log("warning", `${name}: ${message}`));
  for (const stream of ["stdout", "stderr"] as const) {
    Object.defineProperty(process, stream, { configurable: true, get: () => toLog(stream) });
  }
}

/** Made when somebody asks for it: loading the streams costs a millisecond at each start. */
function toLog(name: string): Writable {
  const { Writable } = process.getBuiltinModule("node:stream");
  return new Writable({
    write(chunk: Uint8Array | string, _encoding, done) {
      log("verbose", `${name}: ${String(chunk)}`);
      done();
    },
  });
}
