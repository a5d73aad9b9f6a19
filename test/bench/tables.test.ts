import { describe, expect, test } from "bun:test";
import { renderTable } from "./markdown.ts";
import { type Measurement, slopeOf, summarize } from "./measurement.ts";
import { showCount, showMemory, showMs, showRange, showRatio } from "./numbers.ts";
import { describeRequests } from "./request-log.ts";
import { flowTable, startUpTable } from "./tables.ts";

function measured(program: string, step: string, roundTripMs: number, milliseconds: number): Measurement {
  const outcome = { milliseconds, requests: 2, connections: 2, hops: roundTripMs === 0 ? 1 : 2 };
  return { program, step, roundTripMs, outcome };
}

function failed(program: string, step: string, failure: string): Measurement {
  return { program, step, roundTripMs: 0, outcome: { failure } };
}

test("a table: the first columns are text, the others numbers; a cell is one line without a bar of its own", () => {
  expect(renderTable(["a", "b", "c"], [["x | y", "1\n2", "3"]], 2)).toBe(
    ["| a | b | c |", "| --- | --- | --: |", "| x \\| y | 1 2 | 3 |"].join("\n"),
  );
});

test("numbers as they are shown", () => {
  expect([4.04, 99.94, 100.4].map(showMs)).toEqual(["4.0", "99.9", "100"]);
  expect([3.96, -0.04, -0.06].map(showCount)).toEqual(["4.0", "0.0", "-0.1"]);
  expect(showRatio(3, 2)).toBe("×1.50");
  expect([29 * 1024 * 1024, undefined].map(showMemory)).toEqual(["29", "–"]);
  expect([showRange([2, 2]), showRange([3, 2, 4])]).toEqual(["2", "2–4"]);
});

describe("summaries", () => {
  test("the median by latency, and the slope between the least and the greatest", () => {
    const [summary] = summarize(
      [
        measured("p", "s", 0, 10),
        measured("p", "s", 80, 330),
        measured("p", "s", 20, 1),
        measured("p", "s", 0, 14),
      ],
      ["p"],
      ["s"],
    );
    expect([...(summary?.medians ?? [])]).toEqual([
      [0, 12],
      [20, 1],
      [80, 330],
    ]);
    expect(summary?.roundTrips).toBe((330 - 12) / 80);
    expect(summary?.hops).toEqual([2]);
  });

  test("one latency makes no slope", () => {
    expect(slopeOf(new Map([[0, 1]]))).toBeNaN();
  });

  test("steps in their order, in them programs; none for what was not measured", () => {
    const summaries = summarize(
      [measured("b", "1", 0, 1), measured("a", "2", 0, 1), measured("a", "1", 0, 1)],
      ["a", "b"],
      ["1", "2"],
    );
    expect(summaries.map(({ step, program }) => `${step}${program}`)).toEqual(["1a", "1b", "2a"]);
  });
});

test("the start-up table: ratios to the base, a limit where there is one, a failure in its row", () => {
  const measurements = [
    measured("empty", "s", 0, 4),
    measured("own", "s", 0, 5),
    failed("peer", "s", "not | today"),
  ];
  const memory = [{ program: "own", step: "s", bytes: 30 * 1024 * 1024 }];
  const programs = ["empty", "own", "peer"];
  const limits = new Map([["own", 1.3]]);
  expect(
    startUpTable(measurements, memory, { step: "s", base: "empty", programs, limits }).split("\n"),
  ).toEqual([
    "| program | median ms | middle half ms | to the empty program | limit | peak MiB |",
    "| --- | --: | --: | --: | --: | --: |",
    "| empty | 4.0 | 4.0–4.0 | ×1.00 |  | – |",
    "| own | 5.0 | 5.0–5.0 | ×1.25 | ×1.3 | 30 |",
    "| peer | failed: not \\| today |  |  |  |  |",
  ]);
});

test("the flow table: what each latency takes, with the ratio to another row, and what was asked for", () => {
  const summaries = summarize(
    [
      measured("own", "s", 0, 100),
      measured("own", "s", 80, 260),
      measured("peer", "s", 0, 150),
      measured("peer", "s", 80, 390),
      failed("broken", "s", "no"),
    ],
    ["own", "peer", "broken"],
    ["s"],
  );
  const table = flowTable(summaries, {
    latencies: [0, 80],
    names: ["command", "plugin"],
    namesOf: ({ step, program }) => [step, program],
    baseOf: ({ program }) => (program === "own" ? undefined : summaries[0]),
  });
  expect(table.split("\n")).toEqual([
    "| command | plugin | ms at 0 ms | ms at 80 ms | round trips | requests | connections | hops |",
    "| --- | --- | --: | --: | --: | --: | --: | --: |",
    "| s | own | 100 | 260 | 2.0 | 2 | 2 | 2 |",
    "| s | peer | 150 (×1.50) | 390 (×1.50) | 3.0 | 2 | 2 | 2 |",
    "| s | broken | failed: no |  |  |  |  |  |",
  ]);
});

test("a request log: by time since the start, connections numbered from 1, no version", () => {
  const version = "0123456789abcdef0123456789abcdef";
  const request = { method: "GET", host: "v.vault.azure.net", path: `/keys/k/${version}`, status: 200 };
  const lines = describeRequests({
    run: { startedAt: 1000, milliseconds: 99 },
    seen: {
      requests: [
        { ...request, start: 1030, end: 1031, connection: 17 },
        { ...request, start: 1020, end: 1021, connection: 12, path: "/secrets/s", status: 403 },
        { ...request, start: 1041, end: 1042, connection: 17, path: `/keys/k/${version}/sign` },
      ],
      tunnels: [{ host: "v.vault.azure.net", openedAt: 1010.4 }],
    },
  });
  expect(lines).toEqual([
    "   10       CONNECT v.vault.azure.net",
    "   20   #1  GET v.vault.azure.net/secrets/s → 403",
    "   30   #2  GET v.vault.azure.net/keys/k/<version> → 200",
    "   41   #2  GET v.vault.azure.net/keys/k/<version>/sign → 200",
  ]);
});
