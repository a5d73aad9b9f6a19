import type { Stats } from "node:fs";
import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { validationError } from "../error/plugin-error.ts";
import { redact } from "../error/redact.ts";
import { showValue } from "../error/show-value.ts";
import { LOG_FILE_VARIABLE, LOG_LEVELS, type LogLevel, setLog } from "./log.ts";

/** The variable that names the level. */
const LEVEL_VARIABLE = "AZURE_LOG_LEVEL";
const DEFAULT_LEVEL: LogLevel = "info";

const STDOUT = 1;
const STDERR = 2;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the log file that `NOTATION_AZURE_KV_LOG` names, if it does: lines are added to it, and a new file is readable
 * for its owner alone. Tokens and secrets are redacted. A full disk must not stop a signature: the log ends there.
 * @throws PluginError VALIDATION_ERROR when the file cannot be opened, is no place for a log, or the level is none.
 */
export function openLog(environment: Environment): void {
  const file = environment[LOG_FILE_VARIABLE];
  if (!file) {
    return;
  }
  const level = readLevel(environment[LEVEL_VARIABLE]);
  const refuse = (fault: string): Error =>
    validationError(
      `the environment variable ${LOG_FILE_VARIABLE} names ${file}, which ${fault}`,
      "set it to a file in a folder that can be written to, or unset it",
    );
  const descriptor = openFile(file, refuse);
  if (!isForLog(descriptor)) {
    throw refuse("is no file, or is what stdout or stderr lead to, where only the answer may be");
  }
  setLog({
    level,
    write(of, message) {
      const lines = redact(message, environment).split(/[\r\n]+/);
      const text = lines.map((line) => line.trim()).join(" ⏎ ");
      writeSync(descriptor, `${new Date().toISOString()} ${process.pid} ${of} ${text}\n`);
    },
  });
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
