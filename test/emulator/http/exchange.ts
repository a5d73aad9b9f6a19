/** One request and its answer, free of sockets: what every emulated service speaks. */
import type { IncomingHttpHeaders } from "node:http";
import type { Permission, Principal } from "../types.ts";

/** A request as it came over the wire. */
export interface ServiceRequest {
  /** Host name in lower case, with the port where the client wrote one. */
  readonly host: string;
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** When all of it was there, in milliseconds of `performance.now`. */
  readonly receivedAt: number;
  /** The connection that it came by. */
  readonly connection: number;
}

/** What a service says, and what the log shall know of it. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; without it the body is empty. */
  readonly body?: unknown;
  /** Sent as they are, in place of `body`: all at once, or as they come. */
  readonly octets?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly errorCode?: string | undefined;
  readonly principal?: Principal | undefined;
  readonly permission?: Permission | undefined;
}

/** A service: whatever answers requests to a host. */
export type ServiceHandler = (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>;

/** One row of a service's table of routes. `Context` is what the service knows beyond the request. */
export interface Route<Context> {
  readonly method: string;
  /** Tested against the path; its named groups are the parameters. */
  readonly path: RegExp;
  readonly answer: (context: Context, parameters: PathParameters) => ServiceAnswer | Promise<ServiceAnswer>;
}

/** The named groups of a route's path, percent-decoded. */
export type PathParameters = Readonly<Record<string, string | undefined>>;

/** The token of an Authorization header: RFC 6750, section 2.1. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(?<token>\S+)$/i.exec(authorization ?? "")?.groups?.["token"];
}

/** A body that must be a JSON object; undefined where it is anything else. */
export function parseJsonObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(body.toString("utf8")));
  } catch {
    return undefined;
  }
}

/** The value as an object, or undefined where it is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** The rows whose path matches, whatever their method, with what the path's groups hold. */
export function routesOfPath<Row extends { readonly path: RegExp }>(
  routes: readonly Row[],
  pathname: string,
): { readonly route: Row; readonly parameters: PathParameters }[] {
  return routes.flatMap((route) => {
    const match = route.path.exec(pathname);
    return match ? [{ route, parameters: decodeAll(match.groups ?? {}) }] : [];
  });
}

function decodeAll(groups: Readonly<Record<string, string | undefined>>): PathParameters {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, value && decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A malformed escape is a malformed name: the service says so.
  }
}

/** The host without its port. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, "");
}
