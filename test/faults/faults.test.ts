/** Every fault ends as it must: with the contract's error code, a message that helps, and nothing signed; or it is survived. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createSecretSearch } from "../e2e/private-key-search.ts";
import { STAGE_LIMIT_MS } from "../e2e/stage.ts";
import { tellsOf } from "../executable/run-check.ts";
import { composeDocument, prefixOf } from "./document.ts";
import { FAMILIES, FAULTS } from "./families.ts";
import type { End, Refusal, Survival } from "./fault-case.ts";
import { type FaultOutcomes, type FaultStage, openFaultStage, startFaults } from "./fault-stage.ts";
import type { FaultOutcome } from "./run-fault.ts";

const DOCUMENT = "docs/errors.md";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A fault waits for those before it. */
const FAULT_LIMIT_MS = 120_000;

const UNSIGNED = {
  exitCode: 1,
  stdout: "",
  stderr: expect.stringContaining("no signature is associated with"),
};

let faultStage: FaultStage;
let outcomes: FaultOutcomes;

beforeAll(async () => {
  faultStage = await openFaultStage();
  outcomes = startFaults(faultStage, FAULTS);
}, STAGE_LIMIT_MS);

afterAll(async () => {
  await Promise.allSettled(outcomes?.values() ?? []);
  await faultStage?.stage.close();
}, FAULT_LIMIT_MS);

type EndOf<Kind extends End["kind"]> = Extract<End, { readonly kind: Kind }>;

const EXPECTATIONS: { readonly [Kind in End["kind"]]: (outcome: FaultOutcome, end: EndOf<Kind>) => void } = {
  refused: expectRefused,
  survived: expectSurvived,
};

describe.each([...FAMILIES])("$title", ({ faults }) => {
  test.each([...faults])(
    "$title",
    async (fault) => {
      const outcome = await outcomes.get(fault);
      if (outcome === undefined) {
        throw new Error("was not run");
      }
      // Each expectation is filed under the kind that it takes, which the type of the table's union does not show.
      const expectEnd = EXPECTATIONS[fault.end.kind] as (outcome: FaultOutcome, end: End) => void;
      expectEnd(outcome, fault.end);
    },
    FAULT_LIMIT_MS,
  );

  const refused = faults.filter(({ end }) => end.kind === "refused");
  test.each(refused)(
    "check agrees: $title",
    async (fault) => {
      const { direct, check } = (await outcomes.get(fault)) ?? {};
      expect(check?.exitCode).toBe(1);
      if (direct !== undefined && check?.problems !== undefined) {
        // The contract has no warnings, so that errors tell of the file; `check` has.
        const errorMessage = direct.errorMessage.replace(
          / \(NODE_EXTRA_CA_CERTS was left out, since .*\)/,
          "",
        );
        const told = tellsOf(check.problems, { ...direct, errorMessage });
        expect(told, JSON.stringify([direct, check.problems])).toBe(true);
      } else {
        expect(check?.stderr).toBe(`Error: ${direct?.errorMessage}\n`);
      }
    },
    FAULT_LIMIT_MS,
  );
});

function expectRefused({ direct, signing, verification, retries }: FaultOutcome, end: Refusal): void {
  const { errorCode, errorMessage = "" } = direct ?? {};
  expect(errorCode).toBe(end.errorCode);
  expect(signing).toEqual({ exitCode: 1, stdout: "", stderr: `${prefixOf(end)}${errorMessage}\n` });
  expect(verification).toEqual(UNSIGNED);
  // What failed, and then what to do about it, each said once.
  expect(errorMessage).toMatch(/^[^\n].*\nFix: [^\n]+$/s);
  expect(errorMessage.match(/\nFix: /g)).toHaveLength(1);
  expect(errorMessage).not.toMatch(/undefined|\[object|\bJSON Parse|\n\n/);
  for (const words of end.wanted) {
    expect(errorMessage).toMatch(words);
  }
  if (end.retries === "as long as the time lasts") {
    expect(retries).toBeGreaterThan(0);
  } else {
    expect(retries).toBe(end.retries ?? 0);
  }
}

function expectSurvived({ signing, verification, retries }: FaultOutcome, end: Survival): void {
  expect(signing).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining("Successfully signed "),
    stderr: "",
  });
  expect(verification).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Successfully verified signature for "),
    stderr: "",
  });
  expect(retries).toBe(end.retries);
}

test("each fault is told once", () => {
  const titles = FAULTS.map(({ title }) => title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

test(
  "no client secret, no password, no private key and no token in what was printed",
  async () => {
    const all = await Promise.all(outcomes.values());
    const { leaf, otherLeaf } = faultStage.certificates;
    const values = [...new Set(all.flatMap(({ secrets }) => secrets))];
    const search = createSecretSearch({ privateKeys: [leaf.privateKey, otherLeaf.privateKey], values });
    // The control first: what is sought would be found.
    expect(values.length).toBeGreaterThan(10);
    for (const value of values) {
      expect(search(`said: ${value}`)).toBeGreaterThan(0);
    }
    const printed = JSON.stringify([
      faultStage.stage.transcript,
      all.map(({ direct, check }) => [direct, check]),
    ]);
    expect(search(printed)).toBe(0);
    expect(printed).not.toMatch(/\beyJ[A-Za-z0-9_-]{8}/);
  },
  FAULT_LIMIT_MS,
);

test(
  `${DOCUMENT} is what was printed`,
  async () => {
    const written = await readFile(`${ROOT}${DOCUMENT}`, "utf8").catch(() => "");
    const mend = `${DOCUMENT} is not what the faults print now: \`npm run faults -- ${DOCUMENT}\` mends it`;
    expect(written, mend).toBe(await composeDocument(outcomes));
  },
  FAULT_LIMIT_MS,
);
