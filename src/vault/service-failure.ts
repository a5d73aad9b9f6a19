/** What a failed call says of itself, as far as it could be read. */
export interface ServiceFailure {
  /** HTTP status; undefined when no answer came, or none that could be understood. */
  readonly status: number | undefined;
  /** The service's code, or the network's, such as `ENOTFOUND`. */
  readonly code: string | undefined;
  /** Finer than the code, for example `ForbiddenByRbac`. */
  readonly innerCode: string | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Reads what the Azure SDK throws without trusting its shape: it differs from client to client. */
export function readFailure(error: unknown): ServiceFailure {
  const body = valueAt(error, ["details", "error"]);
  const status = valueAt(error, ["statusCode"]);
  return {
    status: typeof status === "number" ? status : undefined,
    code: textAt(body, ["code"]) ?? textAt(error, ["code"]),
    // The service writes innererror, the SDK's generated clients make innerError of it.
    innerCode: textAt(body, ["innererror", "code"]) ?? textAt(body, ["innerError", "code"]),
    message: oneLine(textAt(body, ["message"]) ?? messageOf(error)),
    requestId: headerOf(error, "x-ms-request-id"),
  };
}

function messageOf(error: unknown): string {
  // The SDK's clients stumble over an answer with another body than the service's.
  if (error instanceof TypeError) {
    return "the answer is not one of Azure Key Vault's; a proxy on the way may have made it";
  }
  return error instanceof Error ? error.message : String(error);
}

/** The sentence that the service adds to each refusal helps nobody who reads it in a terminal. */
function oneLine(message: string): string {
  return message
    .replace(/\s*For help resolving this issue, please see \S+/, "")
    .replace(/\s*[\r\n]+\s*/g, " ")
    .trim();
}

function headerOf(error: unknown, name: string): string | undefined {
  const headers = valueAt(error, ["response", "headers"]);
  if (typeof headers !== "object" || headers === null || !("get" in headers)) {
    return undefined;
  }
  const value: unknown = typeof headers.get === "function" ? headers.get(name) : undefined;
  return typeof value === "string" ? value : undefined;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined),
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
