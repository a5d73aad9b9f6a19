/** `check`, where the vault has a newer version of the certificate than the one that the key identifier names. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import { createSelfSigned } from "../pki/index.ts";
import { runCheck } from "./run-check.ts";
import { createSetup, type Setup } from "./setup.ts";

const DAY_MS = 86_400_000;

let setup: Setup;
let names = 0;

beforeAll(async () => {
  setup = await createSetup();
});

afterAll(() => setup.emulator.close());

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

/** Imports a certificate of a new name, version by version, each valid for so many days. Returns their key identifiers. */
async function importVersions(days: readonly number[], from = -100): Promise<readonly string[]> {
  names += 1;
  const keyIds: string[] = [];
  for (const each of days) {
    // The versions before the last one are valid by now.
    const begin = keyIds.length === days.length - 1 ? from : -100;
    const [notBefore, notAfter] = [daysFromNow(begin), daysFromNow(each)];
    const { privateKey, chain } = await createSelfSigned({ subject: "CN=signer", notBefore, notAfter });
    const { keyId } = setup.vault.importCertificate({
      name: `signer${names}`,
      privateKey,
      certificates: chain,
    });
    keyIds.push(keyId);
  }
  return keyIds;
}

interface Checked {
  readonly report: CheckReport | undefined;
  /** What the vault was asked for about certificates: the part of the path after the name. */
  readonly versions: readonly (string | undefined)[];
}

async function check(id: string): Promise<Checked> {
  const start = setup.emulator.log.length;
  const { report } = await runCheck(id, {}, { env: setup.env });
  const asked = setup.emulator.log
    .slice(start)
    .filter(({ path }) => path.startsWith("/certificates/") && !path.includes("/pending"));
  return { report, versions: asked.map(({ path }) => path.split("?")[0]?.split("/")[3] || undefined) };
}

const NEWER = "the vault has a newer version of the certificate";

test.each([
  ["expires soon", [10, 300], true],
  ["has expired", [-10, 300], false],
])("it is told where the one that is named %s", async (_what, days, signs) => {
  const [before = "", after] = await importVersions(days);
  const { report, versions } = await check(before);
  expect(report?.signs).toBe(signs);
  const warnings = report?.warnings.filter(({ problem }) => problem.startsWith(NEWER));
  expect(warnings).toEqual([
    {
      problem: expect.stringMatching(/, valid to \d{4}-\d\d-\d\dT/),
      fix: `sign with that: --id ${after}`,
    },
  ]);
  expect(versions).toEqual([before.split("/").at(-1), undefined]);
  const { report: next } = await check(after ?? "");
  expect(next).toMatchObject({ signs: true, warnings: [] });
});

test.each([
  ["it is the latest", [10], 0],
  ["the latest ends sooner", [20, 10], 0],
])("nothing is told where %s", async (_what, days, which) => {
  const keyIds = await importVersions(days);
  const { report, versions } = await check(keyIds[which] ?? "");
  expect(report?.warnings.filter(({ problem }) => problem.startsWith(NEWER))).toEqual([]);
  expect(report?.signs).toBe(true);
  expect(versions).toHaveLength(2);
});

test.each<[string, number, object]>([
  ["is not valid yet", 50, {}],
  ["is disabled", -100, { enabled: false }],
])("nothing is told of one that %s", async (_what, from, attributes) => {
  const [before = ""] = await importVersions([10, 300], from);
  setup.vault.setAttributes(`signer${names}`, attributes);
  const { report, versions } = await check(before);
  expect(report?.warnings.filter(({ problem }) => problem.startsWith(NEWER))).toEqual([]);
  expect(report?.signs).toBe(true);
  expect(versions).toHaveLength(2);
});

test("the vault is not asked for it where there is time", async () => {
  const [before = ""] = await importVersions([200, 300]);
  const { report, versions } = await check(before);
  expect(report).toMatchObject({ signs: true, warnings: [] });
  expect(versions).toEqual([before.split("/").at(-1)]);
});

test("a key identifier without a version names the latest", async () => {
  const [, after = ""] = await importVersions([20, 10]);
  const { report, versions } = await check(after.replace(/\/[^/]+$/, ""));
  expect(report?.warnings.map(({ problem }) => problem)).toEqual([
    expect.stringContaining("it expires in 9 days"),
  ]);
  expect(new Set(versions)).toEqual(new Set([undefined]));
});

test("where the vault does not tell of it, the check goes on", async () => {
  const [before = ""] = await importVersions([10, 300]);
  const latest = new RegExp(`^/certificates/signer${names}/?\\?`);
  const remove = setup.emulator.addFault({ path: latest, kind: "answer", status: 403 });
  const { report } = await check(before);
  remove();
  expect(report).toMatchObject({ signs: true, problems: [] });
  expect(report?.warnings.map(({ problem }) => problem)).toEqual([
    expect.stringContaining("it expires in 9 days"),
  ]);
});
