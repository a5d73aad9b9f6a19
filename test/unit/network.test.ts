import { describe, expect, test } from "bun:test";
import type { PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { withinBudget } from "../../src/network/budget.ts";
import { type Network, openNetwork } from "../../src/network/network.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { expectError } from "./expect-error.ts";
import {
  type Handler,
  type LocalServer,
  reply,
  reset,
  stall,
  stallInBody,
  startServer,
  truncate,
} from "./local-server.ts";

const OK = reply(200, { "content-type": "application/json" }, '{"a":1}');
const FAULT = reply(503, { "x-ms-request-id": "request-1" });

/** Sends a request within a budget; what it ended with, and the network afterwards. */
async function send(
  seconds: number,
  sent: PipelineRequest,
): Promise<{ result: PipelineResponse | NetworkFailure; network: Network }> {
  return await withinBudget(seconds, async (budget) => {
    const network = openNetwork(budget);
    const result = await network.httpClient.sendRequest(sent).catch((error: unknown) => {
      if (error instanceof NetworkFailure) {
        return error;
      }
      throw error;
    });
    return { result, network };
  });
}

describe.concurrent("a request is sent again", () => {
  test.each<[string, Handler]>([
    ["after a fault of the service", FAULT],
    ["after throttling", reply(429, { "retry-after": "0" })],
    ["after a reset of the connection", reset],
    ["after a body that was cut", truncate],
    ["after a 404 of this machine's own service, which is not ready yet", reply(404)],
  ])("%s", async (_what, handler) => {
    using server = await startServer(handler, OK);
    const { result, network } = await send(3, server.request());
    expect(result).toMatchObject({ status: 200, bodyAsText: '{"a":1}' });
    expect(server.calls()).toBe(2);
    expect(network.lastOutcome()).toEqual({
      peer: { host: server.host, proxy: undefined },
      status: 200,
      requestId: undefined,
      isJson: true,
      attempts: 2,
    });
  });

  test("with its body, method and headers", async () => {
    const bodies: string[] = [];
    const record =
      (then: Handler): Handler =>
      (incoming, outgoing) => {
        bodies.push(`${incoming.method} ${incoming.headers["x-mine"]} ${incoming.headers["content-length"]}`);
        then(incoming, outgoing);
      };
    using server = await startServer(record(reset), record(FAULT), record(OK));
    const sent = server.request({ method: "POST", body: '{"value":"x"}' });
    sent.headers.set("x-mine", "y");
    await send(3, sent);
    expect(bodies).toEqual(["POST y 13", "POST y 13", "POST y 13"]);
  });

  test("no sooner than the service asks for", async () => {
    using server = await startServer(reply(429, { "retry-after": "1" }), OK);
    const start = performance.now();
    const { result } = await send(3, server.request());
    expect(result).toMatchObject({ status: 200 });
    expect(performance.now() - start).toBeWithin(995, 2500);
  });

  test("for a lost connection too, however often it was throttled before", async () => {
    const throttle = reply(429, { "retry-after": "0" });
    using server = await startServer(throttle, throttle, throttle, throttle, reset, OK);
    expect((await send(3, server.request())).result).toMatchObject({ status: 200 });
    expect(server.calls()).toBe(6);
  });
});

describe.concurrent("a request is not sent again", () => {
  test("where the service asks for more time than there is: its answer stands", async () => {
    using server = await startServer(reply(429, { "retry-after": "30" }), OK);
    const { result, network } = await send(2, server.request());
    expect(result).toMatchObject({ status: 429 });
    expect(server.calls()).toBe(1);
    expect(network.lastOutcome()).toMatchObject({ status: 429 });
  });

  test.each([400, 401, 403, 409, 501])("after a status %i", async (status) => {
    using server = await startServer(reply(status), OK);
    expect((await send(2, server.request())).result).toMatchObject({ status });
    expect(server.calls()).toBe(1);
  });

  test("more than three times after the connection is lost", async () => {
    using server = await startServer(reset);
    const { result, network } = await send(5, server.request());
    expect(result).toMatchObject({ code: "ECONNRESET" });
    expect(network.lastOutcome()).toMatchObject({ code: "ECONNRESET", peer: { host: server.host } });
    expect(server.calls()).toBe(4);
  });

  test.each<[string, Handler]>([
    ["gets no headers", stall],
    ["gets no body", stallInBody],
    ["is reset", reset],
  ])(
    "where it has a limit of its own and %s: it only looks whether somebody is there",
    async (_what, handler) => {
      using server = await startServer(handler, OK);
      const start = performance.now();
      const { result } = await send(3, server.request({ timeout: 200 }));
      expect(result).toBeInstanceOf(NetworkFailure);
      expect(performance.now() - start).toBeLessThan(1000);
      expect(server.calls()).toBe(1);
    },
  );
});

describe.concurrent("a request that is not answered in time", () => {
  test.each<[string, Handler]>([
    ["without headers", stall],
    ["without a whole body", stallInBody],
  ])("%s is a TIMEOUT that names the host", async (_what, handler) => {
    using server = await startServer(handler);
    await expectError(
      () => send(1, server.request()),
      "TIMEOUT",
      `no result within 1 s: still waiting for an answer of ${server.host}\n`,
    );
  });

  test("is waited for no longer once it is answered", async () => {
    using server = await startServer(OK);
    await expectError(
      () =>
        withinBudget(0.3, async (budget) => {
          await openNetwork(budget).httpClient.sendRequest(server.request());
          await Bun.sleep(1000);
        }),
      "TIMEOUT",
      /^no result within 0.3 s\n/,
    );
  });
});

describe("the clock of this machine", () => {
  const MINUTES = 60_000;
  const noteFor = async (date: string): Promise<string> => {
    using server = await startServer(reply(200, { date }));
    return (await send(2, server.request())).network.clockNote();
  };
  const serviceTime = (minutes: number): string => new Date(Date.now() + minutes * MINUTES).toUTCString();

  test.each([
    ["ahead of", -60, " (this machine's clock is 60 minutes ahead of the service's)"],
    ["behind", 60, " (this machine's clock is 60 minutes behind the service's)"],
    ["behind by a day", 1440, " (this machine's clock is 1440 minutes behind the service's)"],
  ])("is %s the service's by the answer's date", async (_what, minutes, note) => {
    expect(await noteFor(serviceTime(minutes))).toBe(note);
  });

  test.each([
    ["right", serviceTime(0)],
    ["right enough", serviceTime(4)],
    ["right where the date is none", "yesterday"],
  ])("is %s", async (_what, date) => {
    expect(await noteFor(date)).toBe("");
  });
});

test("an answer that is no JSON object is known as such", async () => {
  for (const [body, isJson] of [
    ["<html>", false],
    ["[1]", false],
    ["", false],
    [' \r\n{"a":1}', true],
  ] as const) {
    using server: LocalServer = await startServer(reply(403, { "x-ms-request-id": "r" }, body));
    const { network } = await send(2, server.request());
    expect(network.lastOutcome()).toMatchObject({ status: 403, requestId: "r", isJson });
  }
});
