import { describe, expect, test } from "bun:test";
import { credentialError, type FailedCredential } from "../../src/credential/credential-error.ts";
import type { PluginError } from "../../src/error/plugin-error.ts";
import type { Answer } from "../../src/network/network.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { type FakeNetworkOptions, fakeNetwork, VAULT_URL } from "./fake-network.ts";

const ENTRA = { host: "login.microsoftonline.com", proxy: undefined };
const IMDS = { host: "169.254.169.254", proxy: undefined };
const TRACE = "0a1b2c3d-0000-4000-8000-000000000000";
const RESERVE = 250;

/** The error for a credential that failed with these words, after a request that ended so. */
function tell(
  name: FailedCredential["name"],
  error: unknown,
  network: FakeNetworkOptions = {},
  environment: Readonly<Record<string, string>> = {},
): PluginError {
  return credentialError({
    name,
    error: typeof error === "string" ? new Error(error) : error,
    network: fakeNetwork(network),
    context: { vaultUrl: VAULT_URL, environment, clientId: undefined },
    reserve: RESERVE,
  });
}

/** An answer of Entra ID, as the network knows it. */
function answered(status: number, changes: Partial<Answer> = {}): Answer {
  return { peer: ENTRA, status, requestId: "request-1", isJson: true, attempts: 1, ...changes };
}

/** An error of the token endpoint, as EnvironmentCredential tells it. */
function refusal(code: number, sentence: string): string {
  return (
    "EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/x. Status code: 400\nMore details:\n" +
    `invalid_client: Error(s): ${code} - Timestamp: t - Description: AADSTS${code}: ${sentence} Trace ID: ${TRACE} ` +
    `Correlation ID: c Timestamp: t - Correlation ID: c - Trace ID: ${TRACE},`
  );
}

describe("a credential that Entra ID refuses", () => {
  test("is told by Entra ID's own sentence, its code and its trace id", () => {
    const error = tell("environment", refusal(7_000_215, "Invalid client secret provided."), {
      outcome: answered(401),
    });
    expect(error.code).toBe("ACCESS_DENIED");
    expect(error.problem).toBe(
      "credential_type=environment gave no access token for https://myvault.vault.azure.net: AADSTS7000215: Invalid client secret provided.",
    );
    expect(error.fix).toStartWith("set AZURE_CLIENT_SECRET to the secret's value and not to its id");
    expect(error.metadata).toEqual({
      credentialType: "environment",
      serviceCode: "AADSTS7000215",
      status: "401",
      requestId: TRACE,
    });
  });

  test("is told with the application's id in the fix", () => {
    const error = tell(
      "environment",
      refusal(7_000_222, "Expired."),
      { outcome: answered(401) },
      { AZURE_CLIENT_ID: "app-1" },
    );
    expect(error.fix).toContain("`az ad app credential reset --id app-1 --append`");
  });

  test.each([
    [90_055, 429, "THROTTLED"],
    [90_033, 503, "ERROR"],
    [90_002, 400, "ACCESS_DENIED"],
    [123_456, 400, "ACCESS_DENIED"],
    [123_456, 500, "ERROR"],
  ] as const)("AADSTS%i of status %i is %s", (code, status, errorCode) => {
    expect(tell("workloadid", refusal(code, "Words."), { outcome: answered(status) }).code).toBe(errorCode);
  });

  test("is told with a wrong clock, over which assertions fail", () => {
    const clockNote = " (this machine's clock is 60 minutes ahead of the service's)";
    const error = tell("environment", refusal(700_024, "Out of time."), {
      outcome: answered(401),
      clockNote,
    });
    expect(error.problem).toEndWith(`AADSTS700024: Out of time.${clockNote}`);
  });
});

describe("Entra ID that fails", () => {
  test.each([
    [429, "THROTTLED"],
    [500, "ERROR"],
    [503, "ERROR"],
  ] as const)("with %i and no reason is %s", (status, code) => {
    const error = tell("environment", "network_error: See https://aka.ms/msal.js.errors", {
      outcome: answered(status),
    });
    expect(error).toMatchObject({ code, metadata: { status: String(status), requestId: "request-1" } });
    expect(error.problem).toEndWith(`: login.microsoftonline.com answered ${status}`);
    expect(error.fix).toStartWith("try again later");
  });
});

describe("an answer that Entra ID did not make", () => {
  test.each([
    [200, "ERROR"],
    [403, "ERROR"],
    [407, "ACCESS_DENIED"],
    [429, "THROTTLED"],
    [502, "ERROR"],
    [504, "TIMEOUT"],
  ] as const)("of status %i is %s", (status, code) => {
    const peer = { ...ENTRA, proxy: "http://proxy:3128" };
    const error = tell("environment", "<html>the gateway's page</html>", {
      outcome: answered(status, { isJson: false, peer }),
    });
    expect(error.code).toBe(code);
    expect(error.problem).toContain("http://proxy:3128");
    expect(error.message).not.toContain("the gateway's page");
    expect(error.fix).toMatch(status === 407 ? /^set HTTPS_PROXY to / : /^find out whether the proxy /);
  });
});

describe("a network failure", () => {
  test.each([
    ["ENOTFOUND", "ERROR"],
    ["ETIMEDOUT", "TIMEOUT"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "ERROR"],
  ] as const)("%s on the way to Entra ID is told by it: %s", (code, errorCode) => {
    const outcome = new NetworkFailure(code, ENTRA, "x");
    const error = tell("environment", "network_error: See https://aka.ms/msal.js.errors", { outcome });
    expect(error).toMatchObject({
      code: errorCode,
      fix: outcome.fix,
      metadata: { credentialType: "environment", serviceCode: code },
    });
    expect(error.problem).toEndWith(`: ${outcome.message}`);
  });

  test.each([IMDS.host, "127.0.0.1:40342", "localhost:8081", "[::1]:80"])(
    "of this machine's own service at %s is told by what is missing: a managed identity",
    (host) => {
      const outcome = new NetworkFailure("ETIMEDOUT", { host, proxy: undefined }, "x");
      const error = tell("managedid", "ManagedIdentityCredential: Network unreachable.", { outcome });
      expect(error.code).toBe("ACCESS_DENIED");
      expect(error.problem).toContain(`this machine has no managed identity: ${host} did not answer in time`);
      expect(error.fix).toStartWith("run on an Azure resource that has a managed identity");
    },
  );
});

describe("the metadata service of this machine", () => {
  test.each([
    ["unknown", 500, "ERROR"],
    ["429", 429, "THROTTLED"],
    ["invalid_request", 400, "ACCESS_DENIED"],
  ] as const)("that answers %s with %i is told by its own words: %s", (said, status, code) => {
    const message = `ManagedIdentityCredential: Authentication failed. Message ${said}: Error(s): Not Available - Description: Its own words. - Correlation ID: x`;
    const error = tell("managedid", message, { outcome: answered(status, { peer: IMDS }) });
    expect(error.code).toBe(code);
    expect(error.problem).toEndWith(": Its own words.");
  });

  test.each([429, 500, 503])("that fails with %i is not told to be missing", (status) => {
    const message =
      "ManagedIdentityCredential: Authentication failed. Message x: Description: Its own words. - Correlation ID: x";
    const { fix } = tell("managedid", message, { outcome: answered(status, { peer: IMDS }) });
    expect(fix).not.toContain("run on an Azure resource that has a managed identity");
  });
});

describe("the time", () => {
  test("that `az` used up is a TIMEOUT", () => {
    expect(tell("azurecli", "JSON Parse error: Unexpected EOF", { remaining: RESERVE })).toMatchObject({
      code: "TIMEOUT",
    });
    expect(tell("azurecli", "JSON Parse error: Unexpected EOF", { remaining: 0 })).toMatchObject({
      code: "TIMEOUT",
    });
  });

  test("that is left makes no TIMEOUT of what `az` says", () => {
    expect(tell("azurecli", "Please run 'az login'", { remaining: RESERVE + 1 })).toMatchObject({
      code: "ACCESS_DENIED",
    });
  });

  test("that is used up does not hide how the last request ended", () => {
    const outcome = new NetworkFailure("ENOTFOUND", ENTRA, "x");
    expect(tell("environment", "x", { remaining: 0, outcome })).toMatchObject({ code: "ERROR" });
  });
});

test.each([
  ["environment", /^set AZURE_TENANT_ID, AZURE_CLIENT_ID and either AZURE_CLIENT_SECRET/],
  ["workloadid", /AZURE_FEDERATED_TOKEN_FILE/],
  ["managedid", /^run on an Azure resource that has a managed identity/],
  ["azurecli", /^run `az login`/],
] as const)("a failure of %s that nothing is known of has a fix that fits the credential", (name, fix) => {
  const error = tell(name, "something new");
  expect(error.problem).toBe(
    `credential_type=${name} gave no access token for https://myvault.vault.azure.net: something new`,
  );
  expect(error.fix).toMatch(fix);
  expect(tell(name, "a text that was thrown").problem).toEndWith(": a text that was thrown");
});
