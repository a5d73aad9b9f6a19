/** Real credentials of the Azure SDK, with a program `az` of the test's own in PATH. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccessToken, GetTokenOptions } from "@azure/core-auth";
import { createCredential } from "../../src/credential/credential.ts";
import { PluginError } from "../../src/error/plugin-error.ts";
import { withinBudget } from "../../src/network/budget.ts";
import type { CredentialType } from "../../src/plugin-config/plugin-config.ts";
import { withEnvironment } from "./environment.ts";

const SCOPE = "https://vault.azure.net/.default";
const NOTHING_SET = {
  AZURE_TENANT_ID: undefined,
  AZURE_CLIENT_ID: undefined,
  AZURE_CLIENT_SECRET: undefined,
  AZURE_CLIENT_CERTIFICATE_PATH: undefined,
  AZURE_FEDERATED_TOKEN_FILE: undefined,
  AZURE_AUTHORITY_HOST: undefined,
  AZURE_TOKEN_CREDENTIALS: undefined,
};
const PRINT_TOKEN = `echo called >> "$CALLS"; echo '{"accessToken":"a-token","expires_on":4102444800}'`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What the credential gives for these requests at once, within a number of seconds, with an `az` that does this. */
async function tokensOf(
  credentialType: CredentialType,
  script: string,
  seconds: number,
  requests: readonly GetTokenOptions[] = [{}],
): Promise<readonly (AccessToken | null)[]> {
  await writeFile(join(folder, "az"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const changes = { ...NOTHING_SET, PATH: `${folder}:/usr/bin:/bin`, CALLS: join(folder, "calls") };
  const config = {
    credentialType,
    clientId: undefined,
    chainSource: { kind: "secret" },
    timeout: seconds,
  } as const;
  return await withEnvironment(changes, () =>
    withinBudget(seconds, async (budget) => {
      const credential = createCredential(config, "https://myvault.vault.azure.net", budget);
      return await Promise.all(requests.map((options) => credential.getToken(SCOPE, options)));
    }),
  );
}

const refusalOf = async (...args: Parameters<typeof tokensOf>): Promise<unknown> =>
  await tokensOf(...args).catch((error: unknown) => error);

describe("a token by `az`", () => {
  test("is asked for once by those who ask for the same one at the same time", async () => {
    const requests = [{ tenantId: "t" }, { tenantId: "t" }, { tenantId: "u" }, { tenantId: "t" }];
    const tokens = await tokensOf("azurecli", PRINT_TOKEN, 20, requests);
    expect(tokens.map((token) => token?.token)).toEqual(Array(4).fill("a-token"));
    expect((await readFile(join(folder, "calls"), "utf8")).split("\n")).toHaveLength(3);
  });

  test("that takes all of the time is a TIMEOUT that says what was waited for", async () => {
    const start = performance.now();
    const error = await refusalOf("azurecli", "exec sleep 10", 1);
    expect(error).toBeInstanceOf(PluginError);
    expect(error).toMatchObject({
      code: "TIMEOUT",
      problem: "no result within 1 s: still waiting for a token by credential_type=azurecli",
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test.each<[string, string, RegExp, RegExp]>([
    [
      "of a person who has not signed in",
      `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`,
      /: `az` is not signed in, or its login has expired$/,
      /^run `az login`/,
    ],
    [
      "of a person who must sign in again",
      "echo 'ERROR: AADSTS70043: The refresh token has expired. Trace ID: x' >&2; echo 'az login --scope y' >&2; exit 1",
      /: AADSTS70043: The refresh token has expired\.$/,
      /^sign in again: `az login --scope/,
    ],
    ["that is none", "echo hello", /: `az account get-access-token` did not print a token$/, /^see what /],
    ["that is not there, for it failed without a word", "exit 1", /did not print a token$/, /^see what /],
  ])("%s is told so", async (_what, script, problem, fix) => {
    const error = await refusalOf("azurecli", script, 20);
    expect(error).toMatchObject({
      code: "ACCESS_DENIED",
      problem: expect.stringMatching(problem),
      fix: expect.stringMatching(fix),
    });
  });

  test("with claims, for which `az` must sign in, is told with the command for it", async () => {
    const error = await refusalOf("azurecli", PRINT_TOKEN, 20, [{ claims: '{"access_token":{}}' }]);
    expect(error).toMatchObject({
      code: "ACCESS_DENIED",
      problem: expect.stringContaining(
        `az login --claims-challenge ${btoa('{"access_token":{}}')} --scope ${SCOPE}`,
      ),
    });
  });
});

describe("a credential whose environment is not complete", () => {
  test.each([
    [
      "environment",
      "AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set",
    ],
    [
      "workloadid",
      "AZURE_TENANT_ID, AZURE_CLIENT_ID or plugin config client_id, and AZURE_FEDERATED_TOKEN_FILE are not set",
    ],
  ] as const)("is told by what is missing: %s", async (type, problem) => {
    expect(await refusalOf(type, PRINT_TOKEN, 20)).toMatchObject({
      code: "ACCESS_DENIED",
      problem: `credential_type=${type} gave no access token for https://myvault.vault.azure.net: ${problem}`,
      metadata: { credentialType: type },
    });
  });
});
