/**
 * What a challenge says that asks for another token, one with claims (OpenID Connect's continuous access evaluation);
 * our inner code for a vault that does not take the token with them either.
 */
export const CLAIMS_CODE = "insufficient_claims";

/** What a vault's refusal says of itself. */
export interface ServiceFailure {
  /** HTTP status. */
  readonly status: number;
  /** The service's code, such as `Forbidden`; undefined where the answer is not in the service's form. */
  readonly code: string | undefined;
  /** Finer than the code, for example `ForbiddenByRbac`. */
  readonly innerCode: string | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Thrown in place of the SDK's own errors: they differ from client to client, and some quote the whole answer. */
export class RefusedByService extends Error {
  readonly failure: ServiceFailure;
  /** How often the service was asked. */
  readonly attempts: number;

  constructor(failure: ServiceFailure, attempts: number) {
    super(failure.message);
    this.name = "RefusedByService";
    this.failure = failure;
    this.attempts = attempts;
  }
}

/**
 * Reads an answer that is no success: `{"error":{"code","message","innererror":{"code"}}}`. Nothing else of it is
 * quoted: what stands in another's answer is nobody's business, and may be a secret.
 * https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses#error-responses
 * @param body what JSON the answer holds; undefined where it holds none
 */
export function readFailure(status: number, body: unknown, requestId: string | undefined): ServiceFailure {
  const error = valueAt(body, ["error"]);
  return {
    status,
    code: textAt(error, ["code"]),
    innerCode: textAt(error, ["innererror", "code"]),
    message: oneLine(textAt(error, ["message"]) ?? "not an answer of Azure Key Vault"),
    requestId,
  };
}

/** On one line, without what helps nobody who reads it in a terminal. */
function oneLine(message: string): string {
  return message
    .replace(/\s+/g, " ")
    .replace(/ ?For help resolving this issue, please see \S+/, "")
    .replace(/ ?Assignment: \(not found\).*?(?= Vault: |$)/, "")
    .trim();
}

/** The value at the path; undefined where the way does not lead there. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (isRecord(parent) && key in parent ? parent[key] : undefined),
    value,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "string" && found !== "" ? found : undefined;
}
