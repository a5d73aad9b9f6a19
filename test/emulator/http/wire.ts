/** Answers as they go over the wire: status, headers, octets. */
import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { AnswerFault } from "../types.ts";
import type { ServiceAnswer } from "./exchange.ts";

/** An answer with all its headers. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** In place of the body: octets of which nobody knows how many will come. */
  readonly stream?: AsyncIterable<Uint8Array>;
}

/** What a service says, dated by its clock. */
export function wireAnswer({ status, headers, body, octets }: ServiceAnswer, clock: Clock): WireAnswer {
  const date = { Date: clock.date().toUTCString() };
  if (octets instanceof Uint8Array) {
    return withHeaders(status, date, headers, Buffer.from(octets));
  }
  if (octets !== undefined) {
    return { status, headers: merge(date, headers), body: Buffer.alloc(0), stream: octets };
  }
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "Content-Type": "application/json; charset=utf-8" };
  return withHeaders(status, { ...date, ...type }, headers, Buffer.from(text));
}

/** What a test says in place of a service or of the proxy. */
export function wireFault(
  { status, headers, body, contentType = "application/json" }: AnswerFault,
  defaults: Readonly<Record<string, string>>,
): WireAnswer {
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "Content-Type": contentType };
  return withHeaders(status, { ...defaults, ...type }, headers, Buffer.from(text));
}

/** Sends the answer and ends it. */
export function writeWire(response: ServerResponse, { status, headers, body, stream }: WireAnswer): void {
  response.writeHead(status, { ...headers });
  if (stream === undefined) {
    response.end(body);
    return;
  }
  response.flushHeaders(); // The first octet may never come.
  void pour(stream, response).catch(() => response.destroy());
}

/** Sends what comes, no faster than the client takes it, for as long as the client is there. */
async function pour(stream: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  response.on("close", leave);
  for await (const octets of stream) {
    if (!response.write(octets)) {
      await Promise.race([left, new Promise<void>((resolve) => response.once("drain", resolve))]);
    }
    // What never waits for anything would keep everyone else waiting.
    await setImmediate();
    if (response.closed) {
      return;
    }
  }
  response.end();
}

function withHeaders(
  status: number,
  defaults: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> | undefined,
  body: Buffer,
): WireAnswer {
  return { status, headers: merge({ ...defaults, "Content-Length": String(body.length) }, own), body };
}

/** Header names are case-insensitive: one that is given replaces the default of any spelling. */
function merge(
  defaults: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(defaults).filter(([name]) => !given.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...own };
}
