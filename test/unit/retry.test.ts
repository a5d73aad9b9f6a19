import { describe, expect, test } from "bun:test";
import { type RetryKind, retryAfterOf, retryDelay, retryKindOf } from "../../src/network/retry.ts";
import { response } from "./fake-network.ts";

const FOREVER = 1000;
const JITTER = 1.25;

describe("a request is tried again", () => {
  const rules: readonly [RetryKind, retries: number, delays: readonly number[]][] = [
    ["throttled", FOREVER, [500, 1000, 2000, 4000, 4000, 4000, 4000]],
    ["service-fault", 5, [500, 1000, 2000, 4000, 8000]],
    ["gateway-fault", 2, [250, 500]],
    ["not-ready", 2, [500, 1000]],
    ["connection-lost", 3, [250, 500, 1000]],
    ["unreachable", 2, [250, 500]],
    ["stalled", FOREVER, [100, 100, 100]],
  ];

  test.each(rules)("when it is %s, at most %i times", (kind, retries) => {
    expect(retryDelay(kind, retries, undefined)).toBeNumber();
    expect(retryDelay(kind, retries + 1, undefined) === undefined).toBe(retries !== FOREVER);
    expect(retryDelay(kind, retries + 1, 0) === undefined).toBe(retries !== FOREVER);
  });

  test.each(rules)(
    "when it is %s, after %i retries at most, with growing delays: %j ms",
    (kind, _retries, delays) => {
      for (const [index, delay] of delays.entries()) {
        expect(retryDelay(kind, index + 1, undefined)).toBeWithin(delay, delay * JITTER);
      }
    },
  );

  test("at a time that differs from process to process", () => {
    const delays = Array.from({ length: 200 }, () => retryDelay("throttled", 1, undefined) ?? 0);
    expect(Math.min(...delays)).toBeLessThan(530);
    expect(Math.max(...delays)).toBeGreaterThan(595);
  });

  test.each([
    ["what the service asks for", 3000, 3000],
    ["what the service asks for, however long", 120_000, 120_000],
    ["no less than a tenth of a second where the service asks for nothing", 0, 100],
  ])("after %s", (_what, retryAfter, delay) => {
    for (const kind of ["throttled", "service-fault", "gateway-fault", "not-ready"] as const) {
      expect(retryDelay(kind, 1, retryAfter)).toBeWithin(delay, delay * JITTER);
    }
  });
});

describe("an answer is asked for again", () => {
  test.each<[number, "the service" | "a gateway" | "this machine", RetryKind | undefined]>([
    [429, "the service", "throttled"],
    [429, "a gateway", "throttled"],
    [429, "this machine", "throttled"],
    ...[408, 500, 502, 503, 504].flatMap(
      (status): [number, "the service" | "a gateway" | "this machine", RetryKind][] => [
        [status, "the service", "service-fault"],
        [status, "a gateway", "gateway-fault"],
        [status, "this machine", "service-fault"],
      ],
    ),
    [404, "this machine", "not-ready"],
    [410, "this machine", "not-ready"],
    [404, "the service", undefined],
    [410, "the service", undefined],
    ...[200, 201, 204, 302, 400, 401, 403, 407, 409, 501, 505].flatMap(
      (status): [number, "the service" | "a gateway" | "this machine", undefined][] => [
        [status, "the service", undefined],
        [status, "a gateway", undefined],
        [status, "this machine", undefined],
      ],
    ),
  ])("%i of %s: %p", (status, who, kind) => {
    const headers = who === "the service" ? { "x-ms-request-id": "1" } : {};
    expect(retryKindOf(response({ status, headers }), who === "this machine")).toBe(kind);
  });
});

describe("Retry-After", () => {
  const read = (text: string) => retryAfterOf(response({ headers: { "retry-after": text } }));
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

  test.each<[string, number]>([
    ["5", 5000],
    ["0", 0],
    ["0.5", 500],
    [" 7 ", 7000],
    ["3600", 3_600_000],
  ])("of %j seconds is read", (text, milliseconds) => {
    expect(read(text)).toBe(milliseconds);
  });

  test("of a date is the time until then", () => {
    expect(read(inSeconds(30))).toBeWithin(28_000, 30_001);
  });

  test("of a date that is past is no time", () => {
    expect(read(inSeconds(-30))).toBe(0);
  });

  test.each([
    "",
    "  ",
    "soon",
    "-3",
    "0x10",
    "1e3",
    "NaN",
    "Infinity",
    "-Infinity",
    "12abc",
    "1, 2",
    "30 seconds",
    "5s",
    "{}",
  ])("of %j says nothing", (text) => {
    expect(read(text)).toBeUndefined();
  });

  test("that is missing says nothing", () => {
    expect(retryAfterOf(response({}))).toBeUndefined();
  });
});
