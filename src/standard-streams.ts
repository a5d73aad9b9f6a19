/**
 * stdin, stdout and stderr by the cheapest way that the runtime has. Node's stream objects cost some ten milliseconds to
 * make, and its module for files one, which is more than all else that get-plugin-metadata does: docs/decisions/0009-speed.md.
 */
import { PluginError, validationError } from "./error/plugin-error.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

const DESCRIPTORS = { stdin: STDIN, stdout: STDOUT, stderr: STDERR } as const;

/** stdout and stderr. */
export type OutputDescriptor = 1 | 2;

/** What the executable's runtime has, and Node has not. */
interface BunStreams {
  readonly stdin: { stream(): AsyncIterable<Uint8Array> };
  readonly stdout: { writer(): { write(text: string): unknown; end(): unknown } };
}

/**
 * All of stdin.
 * @throws PluginError VALIDATION_ERROR when stdin is a terminal, since nobody types a request, or when it is closed.
 */
export async function readStdin(): Promise<Uint8Array> {
  if (await isTerminal("stdin")) {
    throw typed();
  }
  return await readAll();
}

interface TtyBinding {
  isTTY(descriptor: number): boolean;
}

/**
 * Whether a person sees the stream. By what `node:tty` asks as well: the module itself takes three milliseconds to load. Where the
 * runtime has it no more, the module is asked.
 */
export async function isTerminal(stream: keyof typeof DESCRIPTORS): Promise<boolean> {
  const descriptor = DESCRIPTORS[stream];
  const { binding } = process as { readonly binding?: (name: string) => Partial<TtyBinding> };
  const tty = bunStreams() === undefined ? undefined : binding?.call(process, "tty_wrap");
  return tty?.isTTY?.(descriptor) ?? (await import("node:tty")).isatty(descriptor);
}

/** Returns to the line's begin and clears it (ECMA-48: CR, EL). */
const CLEAR_LINE = "\r\u001b[K";

/**
 * Shows a person at a terminal what takes time; nobody else sees it.
 * @param text that fits on a line: what wraps cannot be taken back
 * @returns what takes it back
 */
export async function note(text: string): Promise<() => void> {
  if (!(await isTerminal("stderr"))) {
    return () => undefined;
  }
  writeAll(STDERR, text);
  return () => writeAll(STDERR, CLEAR_LINE);
}

function typed(): PluginError {
  return validationError(
    "stdin is a terminal; expected the request as one JSON object on stdin",
    "let Notation start this program: see `notation-azure-kv --help`",
  );
}

async function readAll(): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bunStreams()?.stdin.stream() ?? process.stdin) {
      chunks.push(chunk);
    }
    if (chunks.length === 0) {
      checkStdin();
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (codeOf(error) === "EBADF") {
      throw validationError("stdin is closed; expected the request as one JSON object on stdin");
    }
    throw validationError(`stdin cannot be read: ${reasonOf(error)}`);
  }
}

/** Why there is nothing, where the runtime does not tell. Throws what reading would have thrown. */
function checkStdin(): void {
  const { fstatSync, readSync } = process.getBuiltinModule("node:fs");
  if (fstatSync(STDIN).isDirectory()) {
    readSync(STDIN, Buffer.alloc(1));
  }
}

/** How long to wait where a descriptor does not block and its reader is slower, in milliseconds. */
const PAUSE = 2;

/**
 * Writes all of the text, then ends the process: open connections to the vault must not hold it up.
 * @throws PluginError ERROR when nobody can read it: the descriptor is closed, or its disk is full.
 */
export async function writeAndExit(
  descriptor: OutputDescriptor,
  text: string,
  exitCode: 0 | 1,
): Promise<never> {
  try {
    const bun = bunStreams();
    if (bun !== undefined && descriptor === STDOUT) {
      const writer = bun.stdout.writer();
      writer.write(text);
      // As a rule all is written by then, and waiting would take a turn of the event loop: half a millisecond.
      const rest = writer.end();
      if (rest instanceof Promise) {
        await rest;
      }
    } else {
      writeAll(descriptor, text);
    }
  } catch (error) {
    throw new PluginError("ERROR", `the response cannot be written: ${reasonOf(error)}`);
  }
  return endProcess(exitCode);
}

/**
 * What `process.exit` does in the end, without calling listeners, of which there are none: it saves a fifth of a
 * millisecond at each start.
 */
function endProcess(exitCode: 0 | 1): never {
  const { reallyExit } = process as { readonly reallyExit?: (code: number) => never };
  return reallyExit === undefined ? process.exit(exitCode) : reallyExit.call(process, exitCode);
}

/** At once: whatever has failed may have left little that still works. */
function writeAll(descriptor: OutputDescriptor, text: string): void {
  const { writeSync } = process.getBuiltinModule("node:fs");
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

function bunStreams(): BunStreams | undefined {
  return (globalThis as { readonly Bun?: BunStreams }).Bun;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
