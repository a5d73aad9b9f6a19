/**
 * What `stdin.test.ts` tries in its own process, with the real programs: the executable and the bundle on Node.js, whose
 * JSON parsers say different things. Each sample costs a process, so there are hundreds of them and not thousands.
 */
import { afterAll, beforeAll, test } from "bun:test";
import fc from "fast-check";
import { bundleOnNode, executable, type PluginCommand, runPlugin } from "../executable/run-plugin.ts";
import { createSetup, type Setup } from "../executable/setup.ts";
import { COMMANDS, endingOf, nameOf } from "./contract.ts";
import { checkProperty, runsByDefault } from "./property.ts";
import { anyBytes, mutatedRequest, type Stdin, showStdin } from "./request-mutation.ts";
import { prepareRightRequests, type RightRequests } from "./right-requests.ts";
import { createSecrets, type KnownSecrets, searchFor } from "./secrets.ts";

const LIMIT_MS = 600_000;
const SAMPLE_LIMIT_MS = 20_000;
const LANES = 4;

/** From so many samples on, each expected outcome must have come up. */
const TELLING_RUNS = 100;

/** A sample of a process for so many of `stdin.test.ts`. */
const SAMPLES_PER_PROCESS = { executable: 25, bundle: 50 };

let setup: Setup;
let secrets: KnownSecrets;
let rights: RightRequests;
let bundle: PluginCommand;

beforeAll(async () => {
  [setup, secrets, bundle] = await Promise.all([createSetup(), createSecrets(), bundleOnNode()]);
  rights = await prepareRightRequests(setup, secrets);
}, LIMIT_MS);

afterAll(async () => {
  await rights?.close();
  await setup?.emulator.close();
});

test.each(["executable", "bundle"] as const)(
  "the %s with anything, and with a changed request, on stdin",
  async (distribution) => {
    const plugin = distribution === "executable" ? executable : bundle;
    const anything = fc
      .tuple(fc.constantFrom(...COMMANDS), anyBytes)
      .map(([command, bytes]) => ({ command, bytes }));
    const judge = async (stdin: Stdin): Promise<string> => {
      const run = await runPlugin([stdin.command], stdin.bytes, { plugin, env: setup.env });
      const ending = endingOf(stdin.command, run, searchFor(stdin.bytes, secrets.searchIn));
      rights.checkAnswer(stdin, ending);
      return nameOf(ending);
    };
    await checkProperty(
      `stdin of the ${distribution}`,
      fc.oneof({ arbitrary: anything, weight: 1 }, { arbitrary: mutatedRequest(rights.requests), weight: 2 }),
      {
        judge,
        expected: ["answered", "VALIDATION_ERROR"],
        limitMs: SAMPLE_LIMIT_MS,
        lanes: LANES,
        tellingRuns: TELLING_RUNS,
        runs: Math.ceil(runsByDefault() / SAMPLES_PER_PROCESS[distribution]),
        show: showStdin,
      },
    );
  },
  LIMIT_MS,
);
