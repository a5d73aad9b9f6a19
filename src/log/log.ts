import { constants, fstatSync, openSync, type Stats, writeSync } from "node:fs";
import { validationError } from "../error/plugin-error.ts";
import { redact } from "../error/redact.ts";
import { showValue } from "../error/show-value.ts";

/** The levels of `AZURE_LOG_LEVEL`, from the one that says least: as in every Azure SDK. */
export const LOG_LEVELS = ["error", "warning", "info", "verbose"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The variable that names the log file, and the one that names the level. */
const FILE_VARIABLE = "NOTATION_AZURE_KV_LOG";
const LEVEL_VARIABLE = "AZURE_LOG_LEVEL";
const DEFAULT_LEVEL: LogLevel = "info";

const STDOUT = 1;
const STDERR = 2;

type Environment = Readonly<Record<string, string | undefined>>;

interface OpenLog {
  readonly descriptor: number;
  readonly level: LogLevel;
  readonly environment: Environment;
}

/** One for the process, as stdout and stderr are: whoever has something to say should not need to be handed it. */
let open: OpenLog | undefined;

/**
 * Opens the log file that `NOTATION_AZURE_KV_LOG` names, if it does: lines are added to it, and a new file is readable
 * for its owner alone. Tokens and secrets are redacted.
 * @throws PluginError VALIDATION_ERROR when the file cannot be opened, is no place for a log, or the level is none.
 */
export function openLog(environment: Environment): void {
  const file = environment[FILE_VARIABLE];
  if (!file) {
    return;
  }
  const level = readLevel(environment[LEVEL_VARIABLE]);
  const refuse = (fault: string): Error =>
    validationError(
      `the environment variable ${FILE_VARIABLE} names ${file}, which ${fault}`,
      "set it to a file in a folder that can be written to, or unset it",
    );
  const descriptor = openFile(file, refuse);
  if (!isForLog(descriptor)) {
    throw refuse("is no file, or is what stdout or stderr lead to, where only the answer may be");
  }
  open = { descriptor, level, environment };
}

function openFile(file: string, refuse: (fault: string) => Error): number {
  // A named pipe that nobody reads from would be waited for without end. Windows knows no such flag.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK = 0 } = constants;
  try {
    return openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  } catch (error) {
    throw refuse(`cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether nobody takes it for the answer: /dev/stdout and /dev/stderr are files, too. Devices such as /dev/null will do. */
function isForLog(descriptor: number): boolean {
  const file = fstatSync(descriptor);
  if (!file.isFile()) {
    return file.isCharacterDevice();
  }
  return [STDOUT, STDERR].every((output) => {
    const { dev, ino } = statOf(output) ?? {};
    return dev !== file.dev || ino !== file.ino;
  });
}

/** Undefined for a descriptor that is closed. */
function statOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}

/** The level of the open log; undefined where none is open. */
export function logLevel(): LogLevel | undefined {
  return open?.level;
}

/** Adds a line to the log, if one is open and its level is not lower. Never fails: a full disk must not stop a signature. */
export function log(level: LogLevel, message: string): void {
  if (open === undefined || LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(open.level)) {
    return;
  }
  const lines = redact(message, open.environment).split(/[\r\n]+/);
  const text = lines.map((line) => line.trim()).join(" ⏎ ");
  try {
    writeSync(open.descriptor, `${new Date().toISOString()} ${process.pid} ${level} ${text}\n`);
  } catch {
    open = undefined;
  }
}

function readLevel(value: string | undefined): LogLevel {
  if (!value) {
    return DEFAULT_LEVEL;
  }
  const known = LOG_LEVELS.find((level) => level === value.toLowerCase());
  if (known === undefined) {
    throw validationError(
      `the environment variable ${LEVEL_VARIABLE} is ${showValue(value)}`,
      `set it to one of ${LOG_LEVELS.join(", ")}, or unset it for ${DEFAULT_LEVEL}`,
    );
  }
  return known;
}
