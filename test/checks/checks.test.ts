/** Each scene is told as it is, in every form; and `notation sign` says the same. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { createSecretSearch } from "../e2e/private-key-search.ts";
import { STAGE_LIMIT_MS } from "../e2e/stage.ts";
import { type FaultStage, openFaultStage } from "../faults/fault-stage.ts";
import {
  composeDocument,
  composePicture,
  DOCUMENT,
  outcomeOf,
  PICTURE,
  type SceneOutcomes,
} from "./document.ts";
import { SCENES } from "./scene.ts";
import { startScenes } from "./start-scenes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ESCAPE = String.fromCharCode(0x1b);

/** What Notation puts before a message of the plugin. */
const PREFIX = "Error: failed to sign with the plugin azure-kv: ";

/** A scene waits for those before it. */
const SCENE_LIMIT_MS = 120_000;

let faultStage: FaultStage;
let outcomes: SceneOutcomes;

beforeAll(async () => {
  faultStage = await openFaultStage();
  outcomes = startScenes(faultStage);
}, STAGE_LIMIT_MS);

afterAll(async () => {
  await Promise.allSettled(outcomes?.values() ?? []);
  await faultStage?.stage.close();
}, SCENE_LIMIT_MS);

describe.each([...SCENES])("$title", (scene) => {
  const exitCode = scene.signs ? 0 : 1;

  test(
    "is told by a pipe, in plain text",
    async () => {
      const { piped } = await outcomeOf(outcomes, scene);
      expect(piped.exitCode).toBe(exitCode);
      for (const words of scene.wanted) {
        expect(piped.text).toMatch(words);
      }
      expect(piped.text).not.toContain(ESCAPE);
      expect(piped.text).not.toMatch(/undefined|\[object/);
    },
    SCENE_LIMIT_MS,
  );

  test(
    "is told at a terminal in colours, which NO_COLOR turns off",
    async () => {
      const { piped, atTerminal, atTerminalWithoutColours } = await outcomeOf(outcomes, scene);
      expect([atTerminal.exitCode, atTerminalWithoutColours.exitCode]).toEqual([exitCode, exitCode]);
      const red = `${ESCAPE}[31m✗`;
      const green = `${ESCAPE}[32m✓`;
      expect([atTerminal.text.includes(green), atTerminal.text.includes(red)]).toEqual([
        piped.text.includes("✓"),
        piped.text.includes("✗"),
      ]);
      // What was shown while it ran is taken back: CR and EL.
      const [note = "", shown] = atTerminal.text.split(`\r${ESCAPE}[K`);
      expect(note).toBe("trying what signing needs …");
      expect(stripVTControlCharacters(shown ?? "")).toBe(piped.text);
      expect(atTerminalWithoutColours.text.split(`\r${ESCAPE}[K`).at(-1)).toBe(piped.text);
    },
    SCENE_LIMIT_MS,
  );

  test(
    "is told as JSON",
    async () => {
      const { report } = await outcomeOf(outcomes, scene);
      expect(report?.signs).toBe(scene.signs);
      expect(report?.trust !== undefined).toBe(scene.signs);
      expect(report?.problems.every(({ fix }) => fix !== undefined)).toBe(true);
    },
    SCENE_LIMIT_MS,
  );

  test(
    "notation sign agrees",
    async () => {
      const { signing, report } = await outcomeOf(outcomes, scene);
      expect(signing.exitCode).toBe(exitCode);
      if (scene.signs) {
        expect(signing.stderr).toBe("");
      } else {
        const [problem = "", fix = ""] = signing.stderr.replace(PREFIX, "").trimEnd().split("\nFix: ");
        expect(signing.stderr).toStartWith(PREFIX);
        expect(
          report?.problems.some((told) => told.problem.includes(problem) && told.fix?.includes(fix)),
        ).toBe(true);
      }
    },
    SCENE_LIMIT_MS,
  );
});

test(
  "no client secret, no private key and no token in what was printed",
  async () => {
    const all = await Promise.all(outcomes.values());
    const { leaf } = faultStage.certificates;
    const search = createSecretSearch({ privateKeys: [leaf.privateKey], values: [] });
    const printed = JSON.stringify(all);
    expect(search(`${leaf.privateKey.export({ format: "pem", type: "pkcs8" })}`)).toBeGreaterThan(0);
    expect(search(printed)).toBe(0);
    expect(printed).not.toMatch(/\beyJ[A-Za-z0-9_-]{8}/);
  },
  SCENE_LIMIT_MS,
);

test.each([
  [DOCUMENT, composeDocument],
  [PICTURE, composePicture],
] as const)(
  "%s is what was printed",
  async (file, compose) => {
    const written = await readFile(`${ROOT}${file}`, "utf8").catch(() => "");
    const mend = `${file} is not what the scenes print now: \`npm run checks -- ${DOCUMENT}\` mends it`;
    expect(written === (await compose(outcomes)), mend).toBe(true);
  },
  SCENE_LIMIT_MS,
);
