/** What the credentials of the Azure SDK really throw, and what is made of it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  type TokenCredentialOptions,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import type { ServiceAnswer } from "./fake-network.ts";
import { NOTHING_SET, refusal, SERVICE_PRINCIPAL, TENANT, TRACE, tell } from "./told-credential.ts";

const IMDS = { host: "169.254.169.254", proxy: undefined };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const environmentCredential = (options: TokenCredentialOptions) => new EnvironmentCredential(options);
const managedIdentity = (options: TokenCredentialOptions) => new ManagedIdentityCredential(options);

/** A workload identity with a token in this file. */
function workloadIdentity(tokenFilePath: string): (options: TokenCredentialOptions) => TokenCredential {
  return (options) =>
    new WorkloadIdentityCredential({ ...options, tenantId: TENANT, clientId: "c", tokenFilePath });
}

describe("a service principal", () => {
  test("that Entra ID refuses is told by its sentence, code and trace id", async () => {
    const answered = refusal(7_000_215, "Invalid client secret provided.");
    const error = await tell("environment", environmentCredential, answered, SERVICE_PRINCIPAL);
    expect(error.problem).toEndWith(": AADSTS7000215: Invalid client secret provided.");
    expect(error.fix).toStartWith("set AZURE_CLIENT_SECRET to the secret's value");
    expect(error).toMatchObject({
      code: "ACCESS_DENIED",
      metadata: {
        credentialType: "environment",
        serviceCode: "AADSTS7000215",
        status: "401",
        requestId: TRACE,
      },
    });
  });

  test.each<[string, ServiceAnswer | NetworkFailure, string, RegExp]>([
    [
      "a page of a gateway",
      { status: 503, body: "<html>page</html>" },
      "ERROR",
      /answered 503, and not as Entra ID does$/,
    ],
    [
      "a sign-in page",
      { status: 200, body: "<html>page</html>" },
      "ERROR",
      /answered 200, and not as Entra ID does$/,
    ],
    ["throttling", { status: 429, body: {} }, "THROTTLED", /login.microsoftonline.com answered 429$/],
    [
      "a fault",
      { status: 500, body: { error: "server_error", error_description: "later" } },
      "ERROR",
      /answered 500$/,
    ],
    [
      "nothing",
      new NetworkFailure("ENOTFOUND", { host: "login.microsoftonline.com", proxy: undefined }, "x"),
      "ERROR",
      /login.microsoftonline.com has no address in DNS/,
    ],
  ])("that gets %s in answer is told so", async (_what, answered, code, problem) => {
    const error = await tell("environment", environmentCredential, answered, SERVICE_PRINCIPAL);
    expect(error.code as string).toBe(code);
    expect(error.problem).toMatch(problem);
    expect(error.message).not.toContain("page</html>");
  });

  test.each([
    ["is not there", "none.pem", undefined, "which is not there"],
    ["holds no certificate", "empty.pem", "not a certificate", "which holds no PEM certificate"],
  ])("whose certificate's file %s is told by the file", async (_what, name, content, words) => {
    const file = join(folder, name);
    if (content !== undefined) {
      await writeFile(file, content);
    }
    const variables = {
      ...SERVICE_PRINCIPAL,
      AZURE_CLIENT_SECRET: undefined,
      AZURE_CLIENT_CERTIFICATE_PATH: file,
    };
    const error = await tell("environment", environmentCredential, {}, variables);
    expect(error.problem).toEndWith(`: AZURE_CLIENT_CERTIFICATE_PATH names ${file}, ${words}`);
  });
});

describe("a workload identity", () => {
  test("that Entra ID refuses is told by its sentence, whatever names stand in it", async () => {
    const file = join(folder, "token");
    await writeFile(file, "a.b.c");
    const sentence =
      "No matching federated identity record found for presented assertion subject 'system:serviceaccount:shop:broker'.";
    const error = await tell("workloadid", workloadIdentity(file), refusal(700_213, sentence));
    expect(error.problem).toEndWith(`: AADSTS700213: ${sentence}`);
    expect(error.fix).toContain("federated-credential list");
  });

  test.each([
    ["is not there", undefined, "which is not there"],
    ["is empty", " \n", "No content on the file"],
  ])("whose token's file %s is told by the file", async (_what, content, words) => {
    const file = join(folder, `token-${content?.length}`);
    if (content !== undefined) {
      await writeFile(file, content);
    }
    const variables = {
      ...NOTHING_SET,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: "c",
      AZURE_FEDERATED_TOKEN_FILE: file,
    };
    const error = await tell("workloadid", workloadIdentity(file), {}, variables);
    expect(error.problem).toContain(words);
    expect(error.problem).toContain(file);
  });
});

describe("a managed identity", () => {
  test.each<[string, ServiceAnswer | NetworkFailure, string, RegExp]>([
    [
      "nothing",
      new NetworkFailure("ETIMEDOUT", IMDS, "x"),
      "ACCESS_DENIED",
      /this machine has no managed identity: 169\.254\.169\.254 did not answer/,
    ],
    [
      "that it does not exist",
      { status: 400, body: { error: "invalid_request", error_description: "Identity not found" } },
      "ACCESS_DENIED",
      /: this machine has no managed identity$/,
    ],
    [
      "that there are several",
      {
        status: 400,
        body: {
          error: "invalid_request",
          error_description: "Multiple user assigned identities exist, please specify the clientId",
        },
      },
      "ACCESS_DENIED",
      /several user-assigned managed identities$/,
    ],
    [
      "what another cloud's service answers",
      { status: 404, body: "<html>page</html>" },
      "ACCESS_DENIED",
      /its metadata service does not answer as Azure's does$/,
    ],
    [
      "a fault",
      { status: 500, body: { error: "unknown", error_description: "Failed to retrieve token" } },
      "ERROR",
      /: Failed to retrieve token$/,
    ],
    [
      "throttling",
      { status: 429, body: { error: "429", error_description: "Too many requests" } },
      "THROTTLED",
      /: Too many requests$/,
    ],
  ])("that gets %s in answer is told so", async (_what, answered, code, problem) => {
    const error = await tell("managedid", managedIdentity, answered);
    expect(error.code as string).toBe(code);
    expect(error.problem).toMatch(problem);
  });
});

test("a default chain of which nothing is there has a line for each source, in words that say what is missing", async () => {
  const chain = (options: TokenCredentialOptions) =>
    new DefaultAzureCredential({ ...options, processTimeoutInMs: 5000 });
  const { problem } = await tell("default", chain, new NetworkFailure("ETIMEDOUT", IMDS, "x"));
  expect(problem.split("\n").slice(1)).toEqual([
    "- environment: AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set",
    "- managedid: this machine has no managed identity: no metadata service answers",
    "- Visual Studio Code: not signed in there",
    "- azurecli: the program `az` is not in PATH",
    "- Azure PowerShell: not installed, or not signed in",
    "- azd: not installed, or not signed in",
  ]);
});
