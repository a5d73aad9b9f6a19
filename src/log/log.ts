/** The levels of `AZURE_LOG_LEVEL`, from the one that says least: as in every Azure SDK. */
export const LOG_LEVELS = ["error", "warning", "info", "verbose"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The variable that names the log file: without it, what opens one is not even loaded. */
export const LOG_FILE_VARIABLE = "NOTATION_AZURE_KV_LOG";

/** A log that is open. */
export interface Log {
  /** Lower ones are not written. */
  readonly level: LogLevel;
  /** Throws when there is no writing to it any more. */
  write(level: LogLevel, message: string): void;
}

/** One for the process, as stdout and stderr are: whoever has something to say should not need to be handed it. */
let open: Log | undefined;

/** Makes this the process's log. */
export function setLog(log: Log): void {
  open = log;
}

/** The level of the open log; undefined where none is open. */
export function logLevel(): LogLevel | undefined {
  return open?.level;
}

/** Adds a line to the log, if one is open and its level is not lower. Never fails: after a failure the log is closed. */
export function log(level: LogLevel, message: string): void {
  if (open === undefined || LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(open.level)) {
    return;
  }
  try {
    open.write(level, message);
  } catch {
    open = undefined;
  }
}
