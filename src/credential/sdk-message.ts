/** What there is to know beside a credential's message. */
export interface CredentialContext {
  /** The vault that the token is for. */
  readonly vaultUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Plugin config client_id. */
  readonly clientId: string | undefined;
}

/** What a credential's message means here. */
export interface Meaning {
  /** Which credential says so, where only one can; for the list of a chain. */
  readonly source?: string | undefined;
  readonly problem: string;
  readonly fix?: string | undefined;
}

interface Row {
  readonly said: RegExp;
  readonly source?: string;
  /** Undefined: the cause that the message quotes. */
  readonly problem?: (match: RegExpExecArray, context: CredentialContext) => string | undefined;
  readonly fix?: (match: RegExpExecArray, context: CredentialContext) => string;
}

const CREDENTIAL_FILES = ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"];
const CLIENT_FILE = "a PEM file that holds the client's certificate and its private key";

/**
 * What the Azure SDK's credentials say, in words that say what is missing here: the SDK's own speak of its classes and
 * of options that only programmers have. Seen with @azure/identity 4.14.
 */
const ROWS: readonly Row[] = [
  {
    said: /not configured to acquire tokens for tenant (\S+?)\.(?:\s|$)/,
    problem: ([, tenant], { environment }) =>
      `the vault is in tenant ${tenant}, and AZURE_TENANT_ID is ${environment["AZURE_TENANT_ID"] ?? "not set"}`,
    fix: ([, tenant]) =>
      `set AZURE_TENANT_ID to ${tenant}, and the other variables to a service principal of that tenant`,
  },
  {
    said: /\b(ENOENT|EACCES|EISDIR): .*'(.+)'/,
    problem: ([, code, file = ""], context) =>
      `${variableOf(file, context)} names ${file}, which ${FILE_FAULTS[code ?? ""]}`,
    fix: ([, , file = ""], context) =>
      variableOf(file, context) === "AZURE_FEDERATED_TOKEN_FILE"
        ? "set it to the file of the workload's token: AKS workload identity does, for pods with the label azure.workload.identity/use"
        : `set it to ${CLIENT_FILE}`,
  },
  {
    said: /does not contain a PEM-encoded certificate/,
    problem: (_match, { environment }) =>
      `AZURE_CLIENT_CERTIFICATE_PATH names ${environment["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "a file"}, which holds no PEM certificate`,
    fix: () => `set it to ${CLIENT_FILE}`,
  },
  {
    said: /^EnvironmentCredential is unavailable/,
    source: "environment",
    problem: (_match, { environment }) =>
      missing(environment, [
        ["AZURE_TENANT_ID"],
        ["AZURE_CLIENT_ID"],
        ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"],
      ]),
  },
  {
    said: /^WorkloadIdentityCredential: is unavailable/,
    source: "workloadid",
    problem: (_match, { environment, clientId }) =>
      missing({ ...environment, "plugin config client_id": clientId }, [
        ["AZURE_TENANT_ID"],
        ["AZURE_CLIENT_ID", "plugin config client_id"],
        ["AZURE_FEDERATED_TOKEN_FILE"],
      ]),
  },
  {
    said: /Attempted to use the IMDS endpoint, but it is not available|^ManagedIdentityCredential: Network unreachable/,
    source: "managedid",
    problem: () => "this machine has no managed identity: no metadata service answers",
  },
  {
    said: /^ManagedIdentityCredential: Authentication failed\. Message client_error:/,
    source: "managedid",
    problem: () =>
      "this machine has no managed identity: its metadata service does not answer as Azure's does",
  },
  {
    said: /Description: Identity not found|No User Assigned or Delegated Managed Identity found/,
    source: "managedid",
    problem: (_match, { clientId }) =>
      `this machine has no managed identity${clientId === undefined ? "" : ` with client id ${clientId}`}`,
    fix: () => "assign the managed identity to this machine, or correct plugin config client_id=<client id>",
  },
  {
    said: /Multiple user assigned identities exist/,
    source: "managedid",
    problem: () => "this machine has several user-assigned managed identities",
    fix: () => "say which by plugin config client_id=<client id>",
  },
  { said: /^ManagedIdentityCredential/, source: "managedid" },
  { said: /^WorkloadIdentityCredential/, source: "workloadid" },
  { said: /^EnvironmentCredential/, source: "environment" },
  {
    said: /^Azure CLI could not be found/,
    source: "azurecli",
    problem: () => "the program `az` is not in PATH",
    fix: () => "install the Azure CLI, https://aka.ms/azure-cli, or choose another credential_type",
  },
  {
    said: /^Please run 'az login'/,
    source: "azurecli",
    problem: () => "`az` is not signed in, or its login has expired",
  },
  {
    said: /^JSON Parse error|^Unexpected (?:token|end of JSON)|is not valid JSON$|^Unexpected response from Azure CLI/,
    source: "azurecli",
    problem: () => "`az account get-access-token` did not print a token",
    fix: () => "see what `az account get-access-token --resource https://vault.azure.net` prints besides",
  },
  {
    said: /^Visual Studio Code Authentication/,
    source: "Visual Studio Code",
    problem: () => "not signed in there",
  },
  {
    said: /^Please run 'Connect-AzAccount'|^The 'Az\.Account|^Error: Unable to execute PowerShell/,
    source: "Azure PowerShell",
    problem: () => "not installed, or not signed in",
  },
  {
    said: /^Azure Developer CLI|^Please run 'azd/,
    source: "azd",
    problem: () => "not installed, or not signed in",
  },
  { said: /broker authentication/, source: "broker", problem: () => "not available" },
];

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  EACCES: "this user may not read",
  EISDIR: "is a folder",
};

/** What a credential's message means; where nothing better is known, the cause that it quotes. */
export function meaningOf(message: string, context: CredentialContext): Meaning {
  const cause = causeIn(message);
  for (const { said, source, problem, fix } of ROWS) {
    const match = said.exec(message);
    if (match !== null) {
      return { source, problem: problem?.(match, context) ?? cause, fix: fix?.(match, context) };
    }
  }
  return { problem: cause };
}

/** Entra ID's id of the request, by which its support finds it. */
export function traceIdIn(message: string): string | undefined {
  return /Trace ID: ([0-9a-f-]{36})/i.exec(message)?.[1];
}

/**
 * The cause in a credential's message, on one line. The SDK puts it below a heading of its own, "More details:", and
 * Entra ID's sentence between times and ids.
 */
function causeIn(message: string): string {
  const details = message.split(/More details:\s*/).at(-1) ?? message;
  const description = /Description: (.*?)(?: - Correlation ID:|$)/m.exec(details)?.[1] ?? details;
  const lines = description.trim().split("\n");
  const [firstLine = ""] = lines.filter((line) => !/^WARNING\b/.test(line));
  return firstLine
    .replace(/^(?:Error|ERROR): /, "")
    .replace(/(?:Trace ID:|Review the documentation|To (?:troubleshoot|mitigate this issue),).*$/, "")
    .trim()
    .replace(/,$/, "")
    .trim();
}

/** Which variables are not set, in a sentence; undefined where all are. Of a group, one is enough. */
function missing(
  environment: CredentialContext["environment"],
  groups: readonly (readonly string[])[],
): string | undefined {
  const unset = groups.filter((group) => !group.some((name) => environment[name]));
  const names = unset.map((group) => group.join(" or "));
  const last = names.pop();
  if (last === undefined) {
    return undefined;
  }
  return names.length === 0 ? `${last} is not set` : `${names.join(", ")}, and ${last} are not set`;
}

function variableOf(file: string, { environment }: CredentialContext): string {
  return CREDENTIAL_FILES.find((name) => environment[name] === file) ?? "the environment";
}
