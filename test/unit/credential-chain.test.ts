import { describe, expect, test } from "bun:test";
import { credentialError } from "../../src/credential/credential-error.ts";
import type { PluginError } from "../../src/error/plugin-error.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { type FakeNetworkOptions, fakeNetwork, VAULT_URL } from "./fake-network.ts";

const IMDS = { host: "169.254.169.254", proxy: undefined };

/** The error for a default chain that failed with this, after a request that ended so. */
function tell(error: Error, network: FakeNetworkOptions = {}): PluginError {
  return credentialError({
    name: "default",
    error,
    network: fakeNetwork(network),
    context: { vaultUrl: VAULT_URL, environment: {}, clientId: undefined },
    reserve: 250,
  });
}

/** An error of the token endpoint, as MSAL tells it. */
function refusal(code: number, sentence: string): string {
  return `invalid_client: Error(s): ${code} - Timestamp: t - Description: AADSTS${code}: ${sentence} Trace ID: x - Correlation ID: c`;
}

describe("a default chain", () => {
  const chain = (...messages: readonly string[]) =>
    Object.assign(new Error("ChainedTokenCredential authentication failed."), {
      errors: messages.map((message) => new Error(message)),
    });

  test("is told with a line for each source", () => {
    const error = tell(
      chain(
        "EnvironmentCredential is unavailable. No underlying credential could be used.",
        "Azure CLI could not be found. Please visit https://aka.ms/azure-cli",
        "Error: something new",
      ),
      { outcome: new NetworkFailure("ETIMEDOUT", IMDS, "x") },
    );
    expect(error.problem).toBe(
      "the default credential chain gave no access token for https://myvault.vault.azure.net:\n- environment: AZURE_TENANT_ID, " +
        "AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set\n" +
        "- azurecli: the program `az` is not in PATH\n- something new",
    );
    expect(error.fix).toBe(
      "run `az login`, or choose the credential by plugin config credential_type=environment|workloadid|managedid|azurecli",
    );
    expect(error).toMatchObject({ code: "ACCESS_DENIED", metadata: { credentialType: "default" } });
  });

  test("of which one source was refused by Entra ID has the fix for that", () => {
    const error = tell(
      chain("EnvironmentCredential is unavailable.", refusal(700_213, "No matching record.")),
    );
    expect(error.problem).toContain("AADSTS700213: No matching record.");
    expect(error.fix).toContain("federated-credential list");
    expect(error.metadata).toMatchObject({ serviceCode: "AADSTS700213" });
  });

  test("that used up the time is a TIMEOUT", () => {
    expect(tell(chain("JSON Parse error: Unexpected EOF"), { remaining: 100 }).code).toBe("TIMEOUT");
  });

  test("that was refused by one credential for good is told by that", () => {
    const peer = { host: "login.microsoftonline.com", proxy: undefined };
    const error = tell(new Error(refusal(7_000_215, "Invalid client secret provided.")), {
      outcome: { peer, status: 401, requestId: undefined, isJson: true, attempts: 1 },
    });
    expect(error.problem).toEndWith(": AADSTS7000215: Invalid client secret provided.");
    expect(error.fix).toContain("AZURE_CLIENT_SECRET");
  });
});
