import { describe, expect, test } from "bun:test";
import { createDefaultHttpClient, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import { attempt } from "../../src/network/attempt.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { request, response } from "./fake-network.ts";
import { type Handler, reply, reset, stall, stallInBody, startServer, truncate } from "./local-server.ts";

const LIMIT = 200;

/** A client that fails with this. */
function failing(error: unknown): HttpClient {
  return { sendRequest: () => Promise.reject(error) };
}

describe("one attempt at a request", () => {
  test("gives the answer", async () => {
    using server = await startServer(reply(418, {}, "tea"));
    const answer = await attempt(createDefaultHttpClient(), server.request(), LIMIT);
    expect(answer).toMatchObject({ status: 418, bodyAsText: "tea" });
  });

  test.each<[string, Handler, string]>([
    ["whose connection is reset", reset, "ECONNRESET"],
    ["whose answer is cut within the body", truncate, "PARSE_ERROR"],
    ["that gets no headers in time", stall, "ETIMEDOUT"],
    ["that gets no whole body in time", stallInBody, "ETIMEDOUT"],
  ])("%s is a network failure and is not thrown", async (_what, handler, code) => {
    using server = await startServer(handler);
    const start = performance.now();
    const failure = await attempt(createDefaultHttpClient(), server.request(), LIMIT);
    expect(failure).toBeInstanceOf(NetworkFailure);
    expect(failure).toMatchObject({ code, peer: { host: server.host, proxy: undefined } });
    expect(performance.now() - start).toBeWithin(code === "ETIMEDOUT" ? LIMIT - 5 : 0, 2000);
  });

  test("at a port where nobody listens is ECONNREFUSED", async () => {
    const sent = await startServer(reply(200)).then((server) => {
      server[Symbol.dispose]();
      return server.request();
    });
    expect(await attempt(createDefaultHttpClient(), sent, LIMIT)).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("at a server that speaks no HTTP is a network failure", async () => {
    using server = await startServer(({ socket }) => socket.end("this is not HTTP\r\n\r\n"));
    expect(await attempt(createDefaultHttpClient(), server.request(), LIMIT)).toBeInstanceOf(NetworkFailure);
  });

  test.each<[string, unknown, string, string]>([
    ["an error with a code", Object.assign(new Error("no"), { code: "EPIPE" }), "EPIPE", "(EPIPE)"],
    ["an error without a code", new Error("words"), "UNKNOWN", "cannot be talked to: words"],
    [
      "an error with a code that is no text",
      Object.assign(new Error("words"), { code: 7 }),
      "UNKNOWN",
      "words",
    ],
    ["a text", "words", "UNKNOWN", "cannot be talked to: words"],
    ["an AbortError", Object.assign(new Error("aborted"), { name: "AbortError" }), "ETIMEDOUT", "in time"],
  ])("that fails with %s is a network failure", async (_what, error, code, words) => {
    const failure = await attempt(failing(error), request("https://vault.example/"), LIMIT);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test("leaves the caller's request as it was, for the next attempt", async () => {
    const sent = request("https://vault.example/", { method: "POST", body: "{}" });
    const before = { ...sent };
    let received: PipelineRequest | undefined;
    const client: HttpClient = {
      sendRequest(given) {
        received = { ...given };
        given.body = "changed";
        return Promise.resolve(response({}));
      },
    };
    await attempt(client, sent, LIMIT);
    expect({ ...sent }).toEqual(before);
    expect(received).toMatchObject({ url: sent.url, method: "POST", body: "{}" });
  });

  test("ends when the caller ends it", async () => {
    using server = await startServer(stall);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const start = performance.now();
    await attempt(createDefaultHttpClient(), server.request({ abortSignal: abort.signal }), 5000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
