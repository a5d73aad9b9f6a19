import type { PipelineResponse } from "@azure/core-rest-pipeline";

/** Why a request is tried again. */
export type RetryKind =
  | "throttled"
  | "service-fault"
  | "gateway-fault"
  | "not-ready"
  | "connection-lost"
  | "unreachable"
  | "stalled";

interface RetryRule {
  /** How often at most, after the first time. The time budget ends it sooner. */
  readonly retries: number;
  /** Doubled with each time, in milliseconds. */
  readonly firstDelay: number;
  readonly longestDelay: number;
}

/** What does not mend itself soon is told soon: a wrong name or a proxy's refusal looks like a fault on the way. */
const RULES: Readonly<Record<RetryKind, RetryRule>> = {
  throttled: { retries: Number.POSITIVE_INFINITY, firstDelay: 500, longestDelay: 4000 },
  "service-fault": { retries: 5, firstDelay: 500, longestDelay: 8000 },
  "gateway-fault": { retries: 2, firstDelay: 250, longestDelay: 500 },
  "not-ready": { retries: 2, firstDelay: 500, longestDelay: 1000 },
  "connection-lost": { retries: 3, firstDelay: 250, longestDelay: 1000 },
  unreachable: { retries: 2, firstDelay: 250, longestDelay: 500 },
  stalled: { retries: Number.POSITIVE_INFINITY, firstDelay: 100, longestDelay: 100 },
};

const SERVICE_FAULTS: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/** Under which an answer of 0 in Retry-After would make a busy loop. */
const SHORTEST_DELAY = 100;

/** As all servers write dates (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A quarter more at random, so that those who were turned away together do not come back together. */
const JITTER = 0.25;

/**
 * Why to ask again after this answer; undefined where the answer stands.
 * @param local whether a service of this machine answered, such as the one for managed identities
 */
export function retryKindOf({ status, headers }: PipelineResponse, local: boolean): RetryKind | undefined {
  if (status === 429) {
    return "throttled";
  }
  // https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance
  if (local && (status === 404 || status === 410)) {
    return "not-ready";
  }
  if (!SERVICE_FAULTS.has(status)) {
    return undefined;
  }
  return headers.has("x-ms-request-id") || local ? "service-fault" : "gateway-fault";
}

/**
 * How long to wait before asking again, in milliseconds; undefined once it was asked often enough.
 * @param retry 1 for the first of this kind
 * @param retryAfter what the service asked for, in milliseconds
 */
export function retryDelay(
  kind: RetryKind,
  retry: number,
  retryAfter: number | undefined,
): number | undefined {
  const { retries, firstDelay, longestDelay } = RULES[kind];
  if (retry > retries) {
    return undefined;
  }
  const backoff = Math.min(longestDelay, firstDelay * 2 ** (retry - 1));
  return Math.max(SHORTEST_DELAY, retryAfter ?? backoff) * (1 + Math.random() * JITTER);
}

/** What the answer's Retry-After asks for, in milliseconds: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterOf({ headers }: PipelineResponse): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") {
    return undefined;
  }
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    return Number(text) * 1000;
  }
  // Date.parse alone takes nearly anything for a date.
  const milliseconds = HTTP_DATE.test(text) ? Date.parse(text) - Date.now() : Number.NaN;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}
