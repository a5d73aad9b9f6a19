/** The texts are those of @azure/identity 4.14 and of MSAL, word for word; sdk-credentials.test.ts has more of them. */
import { describe, expect, test } from "bun:test";
import { type CredentialContext, meaningOf, traceIdIn } from "../../src/credential/sdk-message.ts";
import { VAULT_URL } from "./fake-network.ts";

const NOTHING_SET: CredentialContext = { vaultUrl: VAULT_URL, environment: {}, clientId: undefined };
const TRACE = "0a1b2c3d-0000-4000-8000-000000000000";
const TROUBLESHOOT = "To troubleshoot, visit https://aka.ms/azsdk/js/identity/x/troubleshoot.";
const ENVIRONMENT_HEADING = `EnvironmentCredential authentication failed. ${TROUBLESHOOT} Status code: 400\nMore details:\n`;
const PIPELINE = {
  AZURE_TENANT_ID: "tenant-1",
  AZURE_CLIENT_ID: "client-1",
  AZURE_CLIENT_CERTIFICATE_PATH: "/run/client.pem",
  AZURE_FEDERATED_TOKEN_FILE: "/run/token",
};
const ALL_SET: CredentialContext = { vaultUrl: VAULT_URL, environment: PIPELINE, clientId: undefined };

/** An error of the token endpoint, as MSAL writes it. */
function entraError(code: number, sentence: string): string {
  const ids = `Correlation ID: ${TRACE} - Trace ID: ${TRACE}`;
  return (
    `invalid_client: Error(s): ${code} - Timestamp: 2026-11-24 03:58:35Z - Description: AADSTS${code}: ${sentence} ` +
    `Trace ID: ${TRACE} Correlation ID: ${TRACE} Timestamp: 2026-11-24 03:58:35Z - ${ids}`
  );
}

/** What the metadata service says, as MSAL writes it. */
function metadataError(error: string, description: string): string {
  return (
    `ManagedIdentityCredential: Authentication failed. Message ${error}: Error(s): Not Available - Timestamp: Not ` +
    `Available - Description: ${description} - Correlation ID: Not Available - Trace ID: Not Available`
  );
}

const NO_METADATA = "this machine has no managed identity: no metadata service answers";

describe("a source of the default chain says what is missing", () => {
  test.each([
    [
      `EnvironmentCredential is unavailable. No underlying credential could be used. ${TROUBLESHOOT}`,
      "environment",
      "AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set",
    ],
    [
      "WorkloadIdentityCredential: is unavailable. tenantId, clientId, and federatedTokenFilePath are required parameters. \n      In",
      "workloadid",
      "AZURE_TENANT_ID, AZURE_CLIENT_ID or plugin config client_id, and AZURE_FEDERATED_TOKEN_FILE are not set",
    ],
    [
      "ManagedIdentityCredential: Authentication failed. Message Attempted to use the IMDS endpoint, but it is not available.",
      "managedid",
      NO_METADATA,
    ],
    [
      "ManagedIdentityCredential: Network unreachable. Message: network_error: See https://aka.ms/msal.js.errors#network_error for details",
      "managedid",
      NO_METADATA,
    ],
    [
      metadataError(
        "client_error",
        "A client error occured.\nHttp status code: 404\nHttp status message: <html>\nHeaders: {}",
      ),
      "managedid",
      "this machine has no managed identity: its metadata service does not answer as Azure's does",
    ],
    [
      "Visual Studio Code Authentication is not available. Ensure you have have Azure Resources Extension installed in VS Code",
      "Visual Studio Code",
      "not signed in there",
    ],
    [
      "Azure CLI could not be found. Please visit https://aka.ms/azure-cli for installation instructions and then",
      "azurecli",
      "the program `az` is not in PATH",
    ],
    [
      "Please run 'az login' from a command prompt to authenticate before using this credential.",
      "azurecli",
      "`az` is not signed in, or its login has expired",
    ],
    [
      `Error: Unable to execute PowerShell. Ensure that it is installed in your system. ${TROUBLESHOOT}`,
      "Azure PowerShell",
      "not installed, or not signed in",
    ],
    [
      `Please run 'Connect-AzAccount' from PowerShell to authenticate before using this credential. ${TROUBLESHOOT}`,
      "Azure PowerShell",
      "not installed, or not signed in",
    ],
    [
      "Azure Developer CLI couldn't be found. To mitigate this issue, see the troubleshooting guidelines at https://aka.ms/x.",
      "azd",
      "not installed, or not signed in",
    ],
    [
      "Please run 'azd auth login' from a command prompt to authenticate before using this credential. For more information",
      "azd",
      "not installed, or not signed in",
    ],
    ["Failed to acquire token using broker authentication", "broker", "not available"],
  ])("%j", (message, source, problem) => {
    expect(meaningOf(message, NOTHING_SET)).toMatchObject({ source, problem });
  });
});

describe("variables that are not set are named, and only those", () => {
  const unavailable = (name: string) => `${name} is unavailable. x`;
  test.each<[string, Record<string, string>, string | undefined, string]>([
    [
      "EnvironmentCredential",
      { AZURE_TENANT_ID: "t" },
      undefined,
      "AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set",
    ],
    [
      "EnvironmentCredential",
      { AZURE_TENANT_ID: "t", AZURE_CLIENT_SECRET: "s" },
      undefined,
      "AZURE_CLIENT_ID is not set",
    ],
    [
      "EnvironmentCredential",
      { AZURE_TENANT_ID: "", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "s" },
      undefined,
      "AZURE_TENANT_ID is not set",
    ],
    ["WorkloadIdentityCredential:", { AZURE_TENANT_ID: "t" }, "c", "AZURE_FEDERATED_TOKEN_FILE is not set"],
    [
      "WorkloadIdentityCredential:",
      { AZURE_TENANT_ID: "t", AZURE_FEDERATED_TOKEN_FILE: "f" },
      undefined,
      "AZURE_CLIENT_ID or plugin config client_id is not set",
    ],
  ])("%s with %j and client id %p", (name, environment, clientId, problem) => {
    expect(meaningOf(unavailable(name), { vaultUrl: VAULT_URL, environment, clientId }).problem).toBe(
      problem,
    );
  });

  test("and where all are set the cause is told", () => {
    const message = "WorkloadIdentityCredential: is unavailable. No content on the file /run/token.";
    expect(meaningOf(message, ALL_SET).problem).toContain("No content on the file /run/token.");
  });
});

describe("a credential says why it has no token", () => {
  const sentence = "AADSTS7000215: Invalid client secret provided.";
  test.each([
    [`${ENVIRONMENT_HEADING}${entraError(7_000_215, "Invalid client secret provided.")},`, sentence],
    [entraError(7_000_215, "Invalid client secret provided."), sentence],
    [entraError(7_000_215, "Invalid client secret provided.\r\n"), sentence],
    [
      metadataError("unknown", "Failed to retrieve token from the Active directory."),
      "Failed to retrieve token from the Active directory.",
    ],
    ["", ""],
  ])("%j", (message, problem) => {
    expect(meaningOf(message, ALL_SET).problem).toBe(problem);
  });

  test.each<[string, string, RegExp]>([
    [
      `${ENVIRONMENT_HEADING}ENOENT: no such file or directory, open '/run/client.pem',`,
      "AZURE_CLIENT_CERTIFICATE_PATH names /run/client.pem, which is not there",
      /^set it to a PEM file/,
    ],
    [
      "EACCES: permission denied, open '/run/token'",
      "AZURE_FEDERATED_TOKEN_FILE names /run/token, which this user may not read",
      /workload's token/,
    ],
    [
      "EISDIR: illegal operation on a directory, read '/run/token'",
      "AZURE_FEDERATED_TOKEN_FILE names /run/token, which is a folder",
      /workload's token/,
    ],
    [
      `${ENVIRONMENT_HEADING}The file at the specified path does not contain a PEM-encoded certificate.,`,
      "AZURE_CLIENT_CERTIFICATE_PATH names /run/client.pem, which holds no PEM certificate",
      /^set it to a PEM file/,
    ],
    [
      `${ENVIRONMENT_HEADING}The current credential is not configured to acquire tokens for tenant 22. To enable acquiring tokens, add it.,`,
      "the vault is in tenant 22, and AZURE_TENANT_ID is tenant-1",
      /^set AZURE_TENANT_ID to 22/,
    ],
    [
      metadataError(
        "invalid_request",
        "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity",
      ),
      "this machine has several user-assigned managed identities",
      /client_id=<client id>$/,
    ],
    [
      'JSON Parse error: Unexpected identifier "hello"',
      "`az account get-access-token` did not print a token",
      /^see what /,
    ],
    [
      'Unexpected response from Azure CLI when getting token. Expected "expiresOn" to be a RFC3339 date string. Got: "x"',
      "`az account get-access-token` did not print a token",
      /^see what /,
    ],
  ])("with a fix: %j", (message, problem, fix) => {
    const meaning = meaningOf(message, ALL_SET);
    expect(meaning.problem).toBe(problem);
    expect(meaning.fix).toMatch(fix);
  });

  test("that names the client id of an identity that the machine does not have", () => {
    const context = { ...NOTHING_SET, clientId: "client-2" };
    expect(meaningOf(metadataError("invalid_request", "Identity not found"), context).problem).toEndWith(
      "with client id client-2",
    );
  });
});

describe("names in a sentence of Entra ID or of `az` do not change what it means", () => {
  test.each([
    "No matching federated identity record found for presented assertion subject 'system:serviceaccount:shop:broker'.",
    "No matching federated identity record found for presented assertion subject 'repo:contoso/azd-images:ref:refs/heads/main'.",
    "Application with identifier 'x' was not found in the directory 'JSON Tools Ltd'.",
    "Application with identifier 'x' was not found in the directory 'PowerShell Users'.",
  ])("%s", (sentence) => {
    const expected = `AADSTS700213: ${sentence}`;
    expect(meaningOf(entraError(700_213, sentence), ALL_SET).problem).toBe(expected);
    expect(meaningOf(`ERROR: ${expected} Trace ID: ${TRACE}\n`, ALL_SET).problem).toContain(expected);
  });

  test("and a warning of `az` does not hide its error", () => {
    const stderr =
      "WARNING: You are using cryptography on a 32-bit Python\nERROR: AADSTS50173: The grant has expired.\n";
    expect(meaningOf(stderr, NOTHING_SET).problem).toContain("AADSTS50173: The grant has expired.");
  });
});

test("a long message, as a server may send it, is read soon", () => {
  const start = performance.now();
  meaningOf(`a${" ".repeat(20_000)}b`, NOTHING_SET);
  expect(performance.now() - start).toBeLessThan(300);
});

test("the trace id of Entra ID is read", () => {
  expect(traceIdIn(entraError(7_000_215, "x."))).toBe(TRACE);
  expect(traceIdIn(metadataError("unknown", "x"))).toBeUndefined();
});
