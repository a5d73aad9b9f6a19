import { describe, expect, test } from "bun:test";
import { hopsOf } from "./hops.ts";
import { median, quantile, shuffle } from "./statistics.ts";

describe("median and quantile", () => {
  test("the middle one, or what is between the two in the middle", () => {
    expect(median([3])).toBe(3);
    expect(median([30, 1, 2])).toBe(2);
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  test("numbers are ordered as numbers", () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  test("a part of the way between two values", () => {
    expect([0, 1 / 4, 3 / 4, 1].map((part) => quantile([10, 20, 30], part))).toEqual([10, 15, 25, 30]);
  });

  test("of nothing there is none", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

test("a shuffle is of the same things, and leaves the list as it was", () => {
  const items = [1, 2, 3, 4];
  const keys = [0.4, 0.1, 0.3, 0.2];
  expect(shuffle(items, () => keys.shift() ?? NaN)).toEqual([2, 4, 3, 1]);
  expect(items).toEqual([1, 2, 3, 4]);
});

describe("hops", () => {
  const spans = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([start, end]) => ({ start, end }));

  test("no request, no hop", () => {
    expect(hopsOf([], 0)).toBe(0);
  });

  test("one after the other are as many as there are, whatever their order in the log", () => {
    expect(hopsOf(spans([20, 30], [0, 10], [10, 20]), 0)).toBe(3);
  });

  test("together are one", () => {
    expect(hopsOf(spans([0, 10], [1, 12], [9, 11]), 0)).toBe(1);
  });

  test("the longest chain counts, beside a request that lasts for all of it", () => {
    expect(hopsOf(spans([0, 100], [0, 10], [15, 20], [30, 99]), 0)).toBe(3);
  });

  test("what began before an answer could have come back was sent without it", () => {
    const first = [0, 1] as const;
    expect(hopsOf(spans(first, [2, 3]), 80)).toBe(1);
    expect(hopsOf(spans(first, [2, 3]), 0)).toBe(2);
    expect(hopsOf(spans(first, [81, 82], [83, 84]), 80)).toBe(2);
  });
});
