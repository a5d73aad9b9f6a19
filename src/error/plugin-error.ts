/** The error codes of the Notary Project plugin contract 1.0; no others may leave the plugin. */
export type ErrorCode =
  | "VALIDATION_ERROR"
  | "UNSUPPORTED_CONTRACT_VERSION"
  | "ACCESS_DENIED"
  | "TIMEOUT"
  | "THROTTLED"
  | "ERROR";

/** What a program may want to know of an error, such as the service's own code and request id. */
export type ErrorMetadata = Readonly<Record<string, string>>;

export interface ErrorDetails {
  /** What the person can do about it, as an imperative: commands in backticks, ready to paste. */
  readonly fix?: string | undefined;
  readonly metadata?: ErrorMetadata;
}

/**
 * The one error type. Whoever knows the cause makes it, with words for the person who sees only this message
 * after "Error: failed to sign with the plugin azure-kv:": the problem is what failed, with which value; the fix
 * stands on a line of its own. Nobody wraps it again; the edge of the process prints it.
 */
export class PluginError extends Error {
  readonly code: ErrorCode;
  /** The message without the fix. */
  readonly problem: string;
  readonly fix: string | undefined;
  readonly metadata: ErrorMetadata;

  constructor(code: ErrorCode, problem: string, { fix, metadata = {} }: ErrorDetails = {}) {
    super(fix === undefined ? problem : `${problem}\nFix: ${fix}`);
    this.name = "PluginError";
    this.code = code;
    this.problem = problem;
    this.fix = fix;
    this.metadata = metadata;
  }
}

/** The metadata of what is known. */
export function metadataFrom(entries: Readonly<Record<string, string | undefined>>): ErrorMetadata {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** A VALIDATION_ERROR: the request, the plugin config or what they name is wrong. */
export function validationError(problem: string, fix?: string): PluginError {
  return new PluginError("VALIDATION_ERROR", problem, { fix });
}
