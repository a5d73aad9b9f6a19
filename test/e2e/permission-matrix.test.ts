/**
 * The least permissions sign; without any one of them nothing is signed, and the message says which grant to make: it is
 * made as it is printed there, by one message, and then the same signing works.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { executable, refusalOf, runPlugin } from "../executable/run-plugin.ts";
import { describeRequest, signRequest } from "../executable/signing.ts";
import { keySpecOf } from "../pki/index.ts";
import { createHierarchy, type Hierarchy, trustOf } from "./hierarchy.ts";
import {
  type Case,
  type Grant,
  grantCommandsIn,
  openCase,
  optionOf,
  type PermissionModel,
  SIGNING_MODES,
  type SigningMode,
} from "./permission-matrix.ts";
import { expectUnsigned, expectVerified, runSign, signNewImage } from "./signing.ts";
import { CASE_LIMIT_MS, openStage, STAGE_LIMIT_MS, type Stage } from "./stage.ts";

const MODELS: readonly PermissionModel[] = ["access-policy", "rbac"];

/** Each mode in each model, with what is left out: nothing, one grant of the least, or all of them. */
const CELLS = SIGNING_MODES.flatMap((mode) =>
  MODELS.flatMap((model) => {
    const minimum = mode.minimum[model];
    const missing: (readonly Grant[])[] = [...minimum.map((grant) => [grant]), [...minimum]];
    return missing.map((grants) => [mode.title, model, grants.join(", "), mode, grants] as const);
  }),
);

let stage: Stage;
let hierarchy: Hierarchy;
const rows: string[] = [];

beforeAll(async () => {
  [stage, hierarchy] = await Promise.all([openStage(), createHierarchy()]);
}, STAGE_LIMIT_MS);

afterAll(async () => {
  console.log(
    `\n${[row("mode", "model", "left out", "refused by", "commands", "then"), ...rows].join("\n")}`,
  );
  await stage?.close();
});

function row(...cells: readonly string[]): string {
  const widths = [22, 14, 50, 20, 9, 6];
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("| ");
}

/** Signs a new image, and verifies it. */
async function signAndVerify({ principal, request, issued }: Case): Promise<void> {
  const image = await signNewImage(stage, { principal, ...request });
  await expectVerified(stage, image, trustOf(issued));
}

/** The commands of a signing, as Notation runs them, one by one, and the first error code among their ends. */
async function firstRefusal({ principal, request, issued }: Case): Promise<string> {
  const env = { ...stage.emulator.environment, ...principal.environment };
  const { id, pluginConfig = {} } = request;
  const requests = [
    ["describe-key", describeRequest(id, pluginConfig)],
    ["generate-signature", signRequest(id, keySpecOf(issued.privateKey), pluginConfig)],
  ] as const;
  for (const [command, content] of requests) {
    const { exitCode } = await runPlugin([command], JSON.stringify(content), { env });
    if (exitCode !== 0) {
      return `${command}: ${(await refusalOf([command], content, { env, plugin: executable })).errorCode}`;
    }
  }
  return "none";
}

test.each(SIGNING_MODES.flatMap((mode) => MODELS.map((model) => [mode.title, model, mode] as const)))(
  "%s with the least that %s can grant signs and verifies",
  async (title, model, mode: SigningMode) => {
    await signAndVerify(await openCase(stage, hierarchy, mode, model, mode.minimum[model]));
    rows.push(row(title, model, "nothing", "none", "0", "signed"));
  },
  CASE_LIMIT_MS,
);

test.each(CELLS)(
  "%s, %s without %s: refused, and signed after the grant that the message names",
  async (title, model, left, mode: SigningMode, missing: readonly Grant[]) => {
    const granted = mode.minimum[model].filter((grant) => !missing.includes(grant));
    const cell = await openCase(stage, hierarchy, mode, model, granted);
    const refusal = await firstRefusal(cell);
    expect(refusal).toEndWith(": ACCESS_DENIED");
    const image = await stage.pushImage();
    const request = { principal: cell.principal, ...cell.request };
    const refused = await runSign(stage, image, request);
    expect({ exitCode: refused.exitCode, stderr: refused.stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^Error: .*: 403 (?:AccessDenied|ForbiddenByRbac): /),
    });
    await expectUnsigned(stage, image, trustOf(cell.issued));
    const commands = grantCommandsIn(refused.stderr);
    for (const grant of missing) {
      expect(commands.join("\n")).toContain(optionOf(grant));
    }
    for (const command of commands) {
      cell.apply(command);
    }
    const { exitCode, stderr } = await runSign(stage, image, request);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    await expectVerified(stage, image, trustOf(cell.issued));
    rows.push(
      row(title, model, left, refusal.replace(": ACCESS_DENIED", ""), `${commands.length}`, "signed"),
    );
  },
  CASE_LIMIT_MS,
);

test.each(MODELS)("what one run can find missing, it names together: %s", async (model) => {
  const [mode] = SIGNING_MODES;
  if (mode === undefined) {
    throw new Error("no modes");
  }
  // Of a vault with roles, Key Vault Reader reads certificates and neither secrets nor keys' signatures.
  const granted: readonly Grant[] = model === "rbac" ? ["Key Vault Reader"] : ["certificates/get"];
  const { principal, request } = await openCase(stage, hierarchy, mode, model, granted);
  const { errorCode, errorMessage } = await refusalOf(
    ["generate-signature"],
    signRequest(request.id, "EC-256"),
    {
      env: { ...stage.emulator.environment, ...principal.environment },
    },
  );
  expect(errorCode).toBe("ACCESS_DENIED");
  expect(errorMessage).toMatch(/cannot read secret "signer"[\s\S]*cannot sign with key "signer"/);
  for (const grant of mode.minimum[model]) {
    expect(grantCommandsIn(errorMessage).join("\n")).toContain(optionOf(grant));
  }
});

test.each(SIGNING_MODES.filter(({ minimum }) => !minimum["access-policy"].includes("secrets/get")))(
  "$title signs by roles that may not read the secret",
  async (mode) => {
    const roles: readonly Grant[] = ["Key Vault Reader", "Key Vault Crypto User"];
    await signAndVerify(await openCase(stage, hierarchy, mode, "rbac", roles));
    rows.push(row(mode.title, "rbac", "the secret: Key Vault Reader", "none", "0", "signed"));
  },
  CASE_LIMIT_MS,
);
