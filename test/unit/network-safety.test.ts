import { describe, expect, test } from "bun:test";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import { withinBudget } from "../../src/network/budget.ts";
import { type Network, openNetwork } from "../../src/network/network.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { expectError } from "./expect-error.ts";
import { byProxy, request } from "./fake-network.ts";
import { reply, stall, stallInBody, startServer, startTlsServer } from "./local-server.ts";

const OK = reply(200, {}, '{"a":1}');
const PROXY = "http://user:password@127.0.0.1:1";
const GATEWAY_FAULT = reply(503, {}, "<html>");

/** Sends a request; the network afterwards, what it threw, and what was answered. */
async function send(seconds: number, sent: PipelineRequest) {
  return await withinBudget(seconds, async (budget) => {
    const network: Network = openNetwork(budget);
    try {
      return { network, answer: await network.httpClient.sendRequest(sent), thrown: undefined };
    } catch (thrown) {
      return { network, answer: undefined, thrown };
    }
  });
}

describe("a request without TLS", () => {
  test.each([
    "http://vault.example/path",
    "http://127.0.0.1.evil.com/",
    "http://localhost.evil.com/",
    "http://10.0.0.1/",
    "http://127.0.0.1@vault.example/",
    "ftp://vault.example/",
  ])("to another machine is refused and never made: %s", async (url) => {
    using server = await startServer(OK);
    const { thrown } = await send(1, server.requestAs(url));
    expect(thrown).toBeInstanceOf(NetworkFailure);
    expect(thrown).toMatchObject({ code: "INSECURE" });
    expect(server.calls()).toBe(0);
  });

  test("is how the last request ended: libraries keep to themselves what was thrown", async () => {
    const { network } = await send(1, request("http://vault.example/"));
    expect(network.lastOutcome()).toMatchObject({ code: "INSECURE", peer: { host: "vault.example" } });
  });

  test("to this machine is made", async () => {
    using server = await startServer(OK);
    expect((await send(1, server.request())).answer).toMatchObject({ status: 200 });
  });
});

describe("a redirect", () => {
  test.each([300, 301, 302, 303, 307, 308])("of status %i is refused and not followed", async (status) => {
    using elsewhere = await startServer(OK);
    using server = await startServer(reply(status, { location: `http://${elsewhere.host}/` }));
    const { thrown, network } = await send(2, server.request());
    expect(thrown).toMatchObject({ code: "REDIRECT", peer: { host: server.host } });
    expect(network.lastOutcome()).toMatchObject({ code: "REDIRECT" });
    expect([server.calls(), elsewhere.calls()]).toEqual([1, 0]);
  });
});

describe("a proxy", () => {
  test("is not used for this machine's own services", async () => {
    using server = await startServer(OK);
    const { answer, network } = await send(1, byProxy(server.request(), PROXY));
    expect(answer).toMatchObject({ status: 200 });
    expect(network.lastPeer()).toEqual({ host: server.host, proxy: undefined });
  });

  test("is named without user and password for others", async () => {
    const { network } = await send(1, byProxy(request("https://vault.example/", { timeout: 100 }), PROXY));
    expect(network.lastPeer()).toEqual({ host: "vault.example", proxy: "http://127.0.0.1:1" });
  });
});

describe.concurrent("another machine", () => {
  test("whose certificate nobody trusts is told by that, at once", async () => {
    using server = await startTlsServer(OK);
    const sent = server.requestAs();
    const trusting = sent.requestOverrides;
    sent.requestOverrides = { ...trusting, rejectUnauthorized: true };
    const { thrown } = await send(2, sent);
    expect(thrown).toMatchObject({
      message: expect.stringContaining(
        "vault.example shows a TLS certificate of an authority that is not trusted here",
      ),
    });
    expect(server.calls()).toBe(0);
  });

  test.each([
    ["headers", stall],
    ["body", stallInBody],
  ])("that does not answer with its %s is asked again after a third of the time", async (_what, handler) => {
    using server = await startTlsServer(handler, OK);
    const start = performance.now();
    expect((await send(3.3, server.requestAs())).answer).toMatchObject({ status: 200 });
    expect(performance.now() - start).toBeWithin(1090, 3200);
    expect(server.calls()).toBe(2);
  });

  test("that never answers is a TIMEOUT", async () => {
    using server = await startTlsServer(stall);
    await expectError(
      () => send(3.3, server.requestAs()),
      "TIMEOUT",
      "still waiting for an answer of vault.example",
    );
    expect(server.calls()).toBe(2);
  });

  test("is not asked again where the time would not do: it is told by what happened", async () => {
    using server = await startTlsServer((incoming) => setTimeout(() => incoming.socket.destroy(), 2200));
    const { thrown } = await send(2.55, server.requestAs());
    expect(thrown).toMatchObject({ code: "ECONNRESET" });
    expect(server.calls()).toBe(1);
  });

  test("is asked again twice after a gateway's fault, and then its answer stands", async () => {
    using server = await startTlsServer(GATEWAY_FAULT);
    const { answer, network } = await send(3, server.requestAs());
    expect(answer).toMatchObject({ status: 503, bodyAsText: "<html>" });
    expect(server.calls()).toBe(3);
    expect(network.lastOutcome()).toMatchObject({
      status: 503,
      isJson: false,
      peer: { host: "vault.example" },
    });
  });

  test.each([404, 410])("that answers %i is not asked again", async (status) => {
    using server = await startTlsServer(reply(status), OK);
    expect((await send(2, server.requestAs())).answer).toMatchObject({ status });
    expect(server.calls()).toBe(1);
  });
});
