/** What a failed call says of itself, as far as it could be read. */
export interface ServiceFailure {
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** The service's code, or the network's, such as `ENOTFOUND`. */
  readonly code: string | undefined;
  /** Finer than the code, for example `ForbiddenByRbac`. */
  readonly innerCode: string | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

/**
 * Reads what the Azure SDK throws without trusting its shape: it differs from client to client. Once an answer has
 * come, only the service's own error object is quoted: the SDK's message for a body that it cannot parse holds the
 * whole body, and a secret's body holds the private key.
 */
export function readFailure(error: unknown): ServiceFailure {
  const body = valueAt(error, ["details", "error"]);
  const status = valueAt(error, ["statusCode"]);
  const code = textAt(body, ["code"]) ?? textAt(error, ["code"]);
  return {
    status: typeof status === "number" ? status : undefined,
    code,
    // The service writes innererror, the SDK's generated clients make innerError of it.
    innerCode: textAt(body, ["innererror", "code"]) ?? textAt(body, ["innerError", "code"]),
    message: oneLine(textAt(body, ["message"]) ?? messageWithoutBody(error, code)),
    requestId: headerOf(error, "x-ms-request-id"),
  };
}

/** What can be told of an error that is not the service's own, without quoting what may be in an answer. */
function messageWithoutBody(error: unknown, code: string | undefined): string {
  const answered = valueAt(error, ["statusCode"]) !== undefined || valueAt(error, ["response"]) !== undefined;
  if (error instanceof Error && !answered && isNetworkCode(code)) {
    return error.message;
  }
  // The SDK's check of the challenge: a token for Key Vault is not for every host that asks for one.
  if (error instanceof Error && /^The challenge (?:resource|contains)/.test(error.message)) {
    return "the host asks for a token that is not meant for it, so it got none";
  }
  return "the answer is not one of Azure Key Vault's; a proxy or gateway on the way may have made or cut it";
}

/** Codes of the network and of TLS, such as `ECONNRESET` or `SELF_SIGNED_CERT_IN_CHAIN`: their messages hold no body. */
function isNetworkCode(code: string | undefined): boolean {
  return code !== undefined && code !== "PARSE_ERROR" && /^[A-Z][A-Z0-9_]+$/.test(code);
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
