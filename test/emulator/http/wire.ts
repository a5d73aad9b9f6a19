/** Answers as they go over the wire: status, headers, octets. */
import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { AnswerFault } from "../types.ts";
import type { ServiceAnswer } from "./exchange.ts";

/** An answer with all its headers. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a service says, dated by its clock. */
export function wireAnswer({ status, headers, body }: ServiceAnswer, clock: Clock): WireAnswer {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "Content-Type": "application/json; charset=utf-8" };
  return withHeaders(status, { Date: clock.date().toUTCString(), ...type }, headers, text);
}

/** What a test says in place of a service or of the proxy. */
export function wireFault(
  { status, headers, body, contentType = "application/json" }: AnswerFault,
  defaults: Readonly<Record<string, string>>,
): WireAnswer {
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "Content-Type": contentType };
  return withHeaders(status, { ...defaults, ...type }, headers, text);
}

/** Sends the answer and ends it. */
export function writeWire(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  response.writeHead(status, { ...headers });
  response.end(body);
}

/** Header names are case-insensitive: one that is given replaces the default of any spelling. */
function withHeaders(
  status: number,
  defaults: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
  text: string,
): WireAnswer {
  const body = Buffer.from(text);
  const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const all = { ...defaults, "Content-Length": String(body.length) };
  const kept = Object.entries(all).filter(([name]) => !given.has(name.toLowerCase()));
  return { status, headers: { ...Object.fromEntries(kept), ...own }, body };
}
