/** The body of an error of the token endpoint: RFC 6749, section 5.2, with Microsoft's fields. */
import { randomUUID } from "node:crypto";

/** What an error says. */
export interface ErrorContent {
  /** The number of `AADSTS<number>`. */
  readonly code: number;
  /** OAuth's own code, such as `invalid_client`. */
  readonly error: string;
  /** What stands after `AADSTS<code>: `. */
  readonly text: string;
  readonly date: Date;
  /** What the client called its request; by default a new GUID. */
  readonly correlationId?: string | undefined;
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application */
export function errorBody({ code, error, text, date, correlationId = randomUUID() }: ErrorContent): object {
  const traceId = randomUUID();
  const timestamp = `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
  return {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
}
