import { expect, test } from "bun:test";
import { parseOptions } from "./options.ts";

test("without options: 30 runs, to stdout, no peers", () => {
  expect(parseOptions([])).toEqual({ runs: 30, file: undefined, peers: [] });
});

test("runs, a file, and a peer as often as there are some; a path may hold an equals sign", () => {
  const args = ["--runs", "5", "--file", "docs/x.md", "--peer", "a=/bin/a", "--peer", "the other=./b=c"];
  expect(parseOptions(args)).toEqual({
    runs: 5,
    file: "docs/x.md",
    peers: [
      { name: "a", path: "/bin/a" },
      { name: "the other", path: "./b=c" },
    ],
  });
});

test.each([
  [["--runs", "0"], "--runs: 0 is no number of runs"],
  [["--runs", "1.5"], "--runs: 1.5 is no number of runs"],
  [["--runs", "many"], "--runs: many is no number of runs"],
  [["--runs="], "--runs:  is no number of runs"],
  [["--file="], "--file: the name of a file is missing"],
  [["--peer", "a"], "--peer: a is not NAME=PATH"],
  [["--peer", "=a"], "--peer: =a is not NAME=PATH"],
  [["--peer", "a="], "--peer: a= is not NAME=PATH"],
  [["--peer", "a=b", "--peer", "a=c"], "--peer: the name a is taken"],
  [["--peer", "notation-azure-kv=b"], "--peer: the name notation-azure-kv is taken"],
  [["--peer", "empty program=b"], "--peer: the name empty program is taken"],
  [["--fast"], "Unknown option '--fast'"],
  [["fast"], "Unexpected argument 'fast'"],
] as const)("%p is refused", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
