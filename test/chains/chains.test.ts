/** Every chain ends as it must: signed with just that chain, or refused; and Notation itself agrees on each. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fingerprintsOf } from "../e2e/signing.ts";
import { STAGE_LIMIT_MS } from "../e2e/stage.ts";
import { tellsOf } from "../executable/run-check.ts";
import type { ChainCase, Refused } from "./chain-case.ts";
import { type ChainOutcomes, type ChainStage, openChainStage, startChains } from "./chain-stage.ts";
import { composeDocument, PREFIX, REFERENCE_PREFIX } from "./document.ts";
import { CASES, FAMILIES } from "./families.ts";
import type { ChainOutcome } from "./run-chain.ts";

const DOCUMENT = "docs/certificates.md";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A case waits for those before it. */
const CASE_LIMIT_MS = 120_000;

let chainStage: ChainStage;
let outcomes: ChainOutcomes;

beforeAll(async () => {
  chainStage = await openChainStage();
  outcomes = startChains(chainStage, CASES);
}, STAGE_LIMIT_MS);

afterAll(async () => {
  await Promise.allSettled(outcomes?.values() ?? []);
  await chainStage?.stage.close();
}, CASE_LIMIT_MS);

async function outcomeOf(chainCase: ChainCase): Promise<ChainOutcome> {
  const outcome = await outcomes.get(chainCase);
  if (outcome === undefined) {
    throw new Error("was not run");
  }
  return outcome;
}

describe.each([...FAMILIES])("$title", ({ cases }) => {
  test.each([...cases])(
    "$title",
    async (chainCase) => {
      const outcome = await outcomeOf(chainCase);
      if (chainCase.end.kind === "signed") {
        expectSigned(outcome);
      } else {
        expectRefused(outcome, chainCase.end);
      }
    },
    CASE_LIMIT_MS,
  );

  test.each([...cases])(
    "check agrees: $title",
    async (chainCase) => expectCheck(await outcomeOf(chainCase), chainCase.end),
    CASE_LIMIT_MS,
  );

  test.each([...cases])(
    "Notation itself agrees: $title",
    async (chainCase) => {
      const { reference } = await outcomeOf(chainCase);
      if (chainCase.end.kind === "signed") {
        expect(reference).toMatchObject({ exitCode: 0, stderr: "" });
      } else {
        const message = expect.stringMatching(new RegExp(`^${REFERENCE_PREFIX}.*(?:certificate|x509)`));
        expect(reference).toEqual({ exitCode: 1, stdout: "", stderr: message });
      }
    },
    CASE_LIMIT_MS,
  );
});

/** `check` says the same as `notation sign`, of the same chain. */
function expectCheck({ specimen, direct, check }: ChainOutcome, { kind }: ChainCase["end"]): void {
  expect(check?.signs).toBe(kind === "signed");
  if (kind === "signed") {
    const fingerprints = check?.chain?.certificates.map(({ sha256 }) => sha256.toLowerCase());
    expect(fingerprints).toEqual(fingerprintsOf(specimen.chain));
    expect(check).toMatchObject({ problems: [], signature: { verified: true }, chain: { complete: true } });
  } else {
    expect(direct && tellsOf(check?.problems, direct), JSON.stringify([direct, check?.problems])).toBe(true);
  }
}

function expectSigned({ specimen, signing, fingerprints, verification }: ChainOutcome): void {
  expect(signing).toMatchObject({ exitCode: 0, stderr: "" });
  expect(fingerprints).toEqual(fingerprintsOf(specimen.chain));
  if (verification !== undefined) {
    expect(verification).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining("Successfully verified signature for <image>"),
      stderr: "",
    });
  }
}

function expectRefused({ direct, signing }: ChainOutcome, end: Refused): void {
  const { by, errorCode, errorMessage = "" } = direct ?? {};
  expect({ by, errorCode }).toEqual({ by: end.by, errorCode: "VALIDATION_ERROR" });
  expect(signing).toEqual({ exitCode: 1, stdout: "", stderr: `${PREFIX}${errorMessage}\n` });
  // What is wrong, and then what to do about it, each said once.
  expect(errorMessage).toMatch(/^[^\n].*\nFix: [^\n]+$/s);
  expect(errorMessage.match(/\nFix: /g)).toHaveLength(1);
  expect(errorMessage).not.toMatch(/undefined|\[object|\n\n/);
  for (const words of end.wanted) {
    expect(errorMessage).toMatch(words);
  }
}

test("each chain is told once", () => {
  for (const { title, cases } of FAMILIES) {
    const titles = cases.map((chainCase) => `${title}: ${chainCase.title}`);
    expect(titles.filter((each, index) => titles.indexOf(each) !== index)).toEqual([]);
  }
});

test(
  "no signature was pushed with a chain that is refused",
  async () => {
    await Promise.allSettled(outcomes.values());
    const { stage, unsignedImage } = chainStage;
    const listed = await stage.signer.run(["list", unsignedImage]);
    expect(listed).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("has no associated signature"),
    });
  },
  CASE_LIMIT_MS,
);

test(
  "nothing was fetched from an address in a certificate",
  async () => {
    await Promise.allSettled(outcomes.values());
    const hosts = new Set(chainStage.stage.emulator.log.map(({ host }) => host));
    expect([...hosts].filter((host) => host.endsWith("example.com"))).toEqual([]);
  },
  CASE_LIMIT_MS,
);

test(
  `${DOCUMENT} is what was printed`,
  async () => {
    const written = await readFile(`${ROOT}${DOCUMENT}`, "utf8").catch(() => "");
    const mend = `${DOCUMENT} is not what the chains print now: \`npm run chains -- ${DOCUMENT}\` mends it`;
    expect(written, mend).toBe(await composeDocument(outcomes));
  },
  CASE_LIMIT_MS,
);
