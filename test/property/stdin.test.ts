/**
 * Whatever is on stdin, the plugin answers or refuses by the contract. In this process: all of the plugin but its edge,
 * `src/main.ts` with its streams, and the emulator in place of Azure. The edge is in `stdin-executable.test.ts`, with fewer
 * samples, since each of those costs a process.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { COMMANDS, type CommandName, endingOf, nameOf, runInProcess } from "./contract.ts";
import { type InProcessAzure, openInProcessAzure } from "./in-process-azure.ts";
import { checkProperty } from "./property.ts";
import { anyBytes, mutatedRequest, type Stdin, showStdin } from "./request-mutation.ts";
import { prepareRightRequests, type RightRequests } from "./right-requests.ts";
import { createSecrets, type KnownSecrets, searchFor } from "./secrets.ts";

const LIMIT_MS = 600_000;

/** A changed host name is asked more than once: others go on meanwhile. With 24, connections within one process stall. */
const LANES = 8;

/** Longest time of one sample, with those of the other lanes in between. */
const SAMPLE_LIMIT_MS = 20_000;

let azure: InProcessAzure;
let secrets: KnownSecrets;
let rights: RightRequests;

beforeAll(async () => {
  [azure, secrets] = await Promise.all([openInProcessAzure(), createSecrets()]);
  rights = await prepareRightRequests(azure, secrets);
});

afterAll(async () => {
  await rights?.close();
  await azure?.close();
});

async function judge(stdin: Stdin): Promise<string> {
  const secretsIn = searchFor(stdin.bytes, secrets.searchIn);
  const ending = endingOf(stdin.command, await runInProcess(stdin.command, stdin.bytes), secretsIn);
  rights.checkAnswer(stdin, ending);
  return nameOf(ending);
}

test("control: the search finds each secret where it is, and nothing elsewhere", () => {
  const { privateKey, token, password, searchIn } = secrets;
  for (const secret of [privateKey, token, password]) {
    expect(searchIn(JSON.stringify({ errorMessage: `it says ${secret} there` }))).toBeGreaterThan(0);
  }
  expect(searchIn('{"errorMessage":"-----BEGIN PRIVATE KEY----- is no key"}')).toBe(0);
});

test("control: a secret counts wherever it is but in a field that is read", () => {
  const { password, searchIn } = secrets;
  const text = JSON.stringify({ errorMessage: password });
  const searched = (request: object): number =>
    searchFor(Buffer.from(JSON.stringify(request)), searchIn)(text);
  expect(
    searched({ keyId: "https://x", other: password, pluginConfig: { other: password } }),
  ).toBeGreaterThan(0);
  expect(searched({ keyId: password })).toBe(0);
  expect(searched({ pluginConfig: { ca_certs: password } })).toBe(0);
  for (const { fields, config } of rights.requests) {
    expect(searched({ ...fields, pluginConfig: config })).toBeGreaterThan(0);
  }
});

test.each([...COMMANDS])(
  "%s with anything on stdin",
  async (command: CommandName) => {
    await checkProperty(
      `stdin of ${command}, anything`,
      anyBytes.map((bytes) => ({ command, bytes })),
      { judge, expected: ["VALIDATION_ERROR"], limitMs: SAMPLE_LIMIT_MS, show: showStdin },
    );
  },
  LIMIT_MS,
);

test.each([...COMMANDS])(
  "%s with a changed request on stdin",
  async (command: CommandName) => {
    const requests = rights.requests.filter((request) => request.command === command);
    await checkProperty(`stdin of ${command}, changed`, mutatedRequest(requests), {
      judge,
      expected: ["answered", "VALIDATION_ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
      lanes: LANES,
      show: showStdin,
    });
  },
  LIMIT_MS,
);
