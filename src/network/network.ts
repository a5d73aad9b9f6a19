import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import { log } from "../log/log.ts";
import { attempt } from "./attempt.ts";
import type { Budget } from "./budget.ts";
import { clockNoteOf, secondsAhead } from "./clock.ts";
import { type Connections, createConnections } from "./connections.ts";
import { isLocalHost, peerOf } from "./destination.ts";
import { describePeer, NetworkFailure, type Peer } from "./network-failure.ts";
import { type RetryKind, retryAfterOf, retryDelay, retryKindOf } from "./retry.ts";

/** How a request ended that was sent last: with an answer, or without. */
export type Outcome = Answer | NetworkFailure;

/** What is known of an answer without its body. */
export interface Answer {
  readonly peer: Peer;
  readonly status: number;
  readonly requestId: string | undefined;
  /** Whether the body is a JSON object, as all services' answers are; those of proxies and gateways are not. */
  readonly isJson: boolean;
  /** How often it was asked for. */
  readonly attempts: number;
}

/** How often a request was sent, by its answer or by the failure in its place. */
const ATTEMPTS = new WeakMap<PipelineResponse | NetworkFailure, number>();

/** ` (asked 3 times)`, or nothing where once was enough. */
export function timesAsked(attempts: number): string {
  return attempts === 1 ? "" : ` (asked ${attempts} times)`;
}

/** How often the request was sent that ended so. */
export function attemptsOf(result: PipelineResponse | NetworkFailure): number {
  return ATTEMPTS.get(result) ?? 1;
}

/** The way to a service, for the Azure SDK's clients to use in place of their own. */
export interface Network {
  /** Its requests are tried again within the budget. Throws NetworkFailure. */
  readonly httpClient: HttpClient;
  /** How the last request ended: libraries keep it to themselves. */
  lastOutcome(): Outcome | undefined;
  /** ` (this machine's clock is …)` where the answers' dates say that it is wrong, or nothing. */
  clockNote(): string;
  /** Who the last request was for. */
  lastPeer(): Peer | undefined;
  readonly budget: Budget;
}

/**
 * The first attempt gets no more than this part of the budget, so that a lost packet does not cost all of it; of a small
 * budget no attempt would have time in less than the whole.
 */
const ATTEMPT_PART = 1 / 3;
const SHORTEST_ATTEMPT = 1000;

/** Longer than what is left: the budget itself ends the attempt, and says so. */
const BEYOND_BUDGET = 1000;

/** A service of this machine itself answers soon or never, in milliseconds. */
const LOCAL_ATTEMPT = 5000;

/** Nor does an attempt begin in this last part of the budget: better the answer that is there than no time for one. */
const LAST_PART = 1 / 20;

/**
 * A way to a service that is the one place which sees every request and every answer: https only, no redirect
 * followed, transient faults and throttling retried within the budget, all of it logged without secrets. Retries of the
 * Azure SDK must be off.
 * @param connections that it shares with others; default: its own
 */
export function openNetwork(budget: Budget, connections: Connections = createConnections()): Network {
  const client = createDefaultHttpClient();
  const whole = budget.seconds * 1000;
  let outcome: Outcome | undefined;
  let ahead: number | undefined;
  let peer: Peer | undefined;

  /** One attempt: an answer that may be used, or why there is none. */
  const tryOnce = async (request: PipelineRequest, local: boolean, attempts: number) => {
    const start = performance.now();
    const part = whole * ATTEMPT_PART;
    if (!local) {
      connections.lead(request);
    }
    const longest = attempts === 1 && part >= SHORTEST_ATTEMPT ? part : budget.remaining() + BEYOND_BUDGET;
    const limit = local ? LOCAL_ATTEMPT : longest;
    const answer = await attempt(client, request, request.timeout > 0 ? request.timeout : limit);
    logAttempt(request, answer, performance.now() - start);
    if (answer instanceof NetworkFailure) {
      outcome = answer;
      return answer;
    }
    ahead = secondsAhead(answer.headers.get("date")) ?? ahead;
    const redirect = refuseRedirect(answer, request);
    outcome = redirect ?? outcomeOf(answer, request, attempts);
    return redirect ?? answer;
  };

  const sendRequest: HttpClient["sendRequest"] = async (request) => {
    const { hostname } = new URL(request.url);
    const local = isLocalHost(hostname);
    outcome = checkScheme(request, local);
    if (outcome !== undefined) {
      throw outcome;
    }
    if (local) {
      // A proxy elsewhere cannot reach this machine, and would see the token of its managed identity.
      delete request.agent;
    }
    peer = peerOf(request);
    const done = budget.waitFor(`an answer of ${describePeer(peer)}`);
    try {
      const retries = new Map<RetryKind, number>();
      for (let attempts = 1; ; attempts += 1) {
        const result = await tryOnce(request, local, attempts);
        ATTEMPTS.set(result, attempts);
        const failed = result instanceof NetworkFailure;
        const kind = failed ? retryKindOfFailure(result, request, local) : retryKindOf(result, local);
        const delay =
          kind && retryDelay(kind, countUp(retries, kind), failed ? undefined : retryAfterOf(result));
        if (delay === undefined || delay >= budget.remaining() - whole * LAST_PART) {
          if (failed) {
            throw result;
          }
          return result;
        }
        log("info", `${hostname}: ${kind}, asking again in ${Math.round(delay)} ms (${attempts})`);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    } finally {
      done();
    }
  };

  return {
    httpClient: { sendRequest },
    lastOutcome: () => outcome,
    clockNote: () => clockNoteOf(ahead),
    lastPeer: () => peer,
    budget,
  };
}

function outcomeOf(
  { status, headers, bodyAsText }: PipelineResponse,
  request: PipelineRequest,
  attempts: number,
): Answer {
  return {
    peer: peerOf(request),
    status,
    requestId: headers.get("x-ms-request-id"),
    isJson: /^\s*\{/.test(bodyAsText ?? ""),
    attempts,
  };
}

/** Each kind has a count of its own: whoever was throttled often may still lose a connection. */
function countUp(retries: Map<RetryKind, number>, kind: RetryKind): number {
  const count = (retries.get(kind) ?? 0) + 1;
  retries.set(kind, count);
  return count;
}

/** Who sets a limit of its own only looks whether somebody is there. */
function retryKindOfFailure(
  { retry }: NetworkFailure,
  { timeout }: PipelineRequest,
  local: boolean,
): RetryKind | undefined {
  if (timeout > 0) {
    return undefined;
  }
  return local && retry === "stalled" ? "unreachable" : retry;
}

/** Without TLS, only what never leaves this machine. */
function checkScheme(request: PipelineRequest, local: boolean): NetworkFailure | undefined {
  return new URL(request.url).protocol === "https:" || local
    ? undefined
    : new NetworkFailure("INSECURE", peerOf(request), "not https");
}

/** Neither a token nor a client secret goes where an answer points. */
function refuseRedirect(
  { status, headers }: PipelineResponse,
  request: PipelineRequest,
): NetworkFailure | undefined {
  if (status < 300 || status >= 400) {
    return undefined;
  }
  const location = headers.get("location") ?? "";
  const isTarget = location !== "" && URL.canParse(location, request.url);
  const target = isTarget ? new URL(location, request.url).host : "nowhere";
  return new NetworkFailure("REDIRECT", peerOf(request), target);
}

/** Path without the query: queries may hold what is nobody's business. */
function logAttempt(
  { method, url }: PipelineRequest,
  result: NetworkFailure | PipelineResponse,
  milliseconds: number,
): void {
  const { origin, pathname } = new URL(url);
  const said =
    result instanceof NetworkFailure
      ? `${result.code}: ${result.message}`
      : `${result.status}, request id ${result.headers.get("x-ms-request-id") ?? "none"}`;
  log("info", `${method} ${origin}${pathname}: ${said}, ${Math.round(milliseconds)} ms`);
}
