import type { Writable } from "node:stream";
import { log } from "./log.ts";

/**
 * Leads what libraries write to the standard streams into the log. To be called when the first of those libraries that do so
 * are loaded, and not before: to put something in a stream's place makes it first, which takes seven milliseconds by itself,
 * and half of one beside the modules that the network needs anyway.
 */
export function silenceStreams(): void {
  for (const stream of ["stdout", "stderr"] as const) {
    Object.defineProperty(process, stream, { configurable: true, get: () => toLog(stream) });
  }
}

/** Made when somebody asks for it. */
function toLog(name: string): Writable {
  const { Writable } = process.getBuiltinModule("node:stream");
  return new Writable({
    write(chunk: Uint8Array | string, _encoding, done) {
      log("verbose", `${name}: ${String(chunk)}`);
      done();
    },
  });
}
