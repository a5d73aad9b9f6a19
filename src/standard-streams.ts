/**
 * stdin, stdout and stderr by plain system calls. Node's stream objects cost some ten milliseconds to make, which is
 * more than all else that get-plugin-metadata does; one is made only for a stdin that turns out not to block.
 */
import { readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { PluginError, validationError } from "./error/plugin-error.ts";

const STDIN = 0;
const CHUNK_SIZE = 64 * 1024;

/** stdout and stderr. */
export type OutputDescriptor = 1 | 2;

/**
 * All of stdin.
 * @throws PluginError VALIDATION_ERROR when stdin is a terminal, since nobody types a request, or when it is closed.
 */
export async function readStdin(): Promise<Uint8Array> {
  if (isatty(STDIN)) {
    throw validationError(
      "stdin is a terminal; expected the request as one JSON object on stdin",
      "let Notation start this program: see `notation-azure-kv --help`",
    );
  }
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_SIZE);
    const size = readChunk(chunk);
    if (size === "would block") {
      for await (const rest of process.stdin) {
        chunks.push(rest);
      }
      return Buffer.concat(chunks);
    }
    if (size === 0) {
      return Buffer.concat(chunks);
    }
    chunks.push(chunk.subarray(0, size));
  }
}

/** How many octets were read; 0 at the end. */
function readChunk(chunk: Buffer): number | "would block" {
  try {
    return readSync(STDIN, chunk);
  } catch (error) {
    switch (codeOf(error)) {
      case "EAGAIN":
        return "would block";
      case "EOF": // How Windows tells the end of a pipe.
        return 0;
      case "EBADF":
        throw validationError("stdin is closed; expected the request as one JSON object on stdin");
      default: {
        const reason = error instanceof Error ? error.message : String(error);
        throw validationError(`stdin cannot be read: ${reason}`);
      }
    }
  }
}

/** How long to wait where a descriptor does not block and its reader is slower, in milliseconds. */
const PAUSE = 2;

/**
 * Writes all of the text, then ends the process: open connections to the vault must not hold it up.
 * @throws PluginError ERROR when nobody can read it: the descriptor is closed, or its disk is full.
 */
export function writeAndExit(descriptor: OutputDescriptor, text: string, exitCode: 0 | 1): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    rest = rest.subarray(writeSome(descriptor, rest));
  }
  process.exit(exitCode);
}

/** How many octets were written. */
function writeSome(descriptor: OutputDescriptor, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (codeOf(error) !== "EAGAIN") {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PluginError("ERROR", `the response cannot be written: ${reason}`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    return 0;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
