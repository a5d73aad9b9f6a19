import { PluginError } from "../error/plugin-error.ts";
import type { CredentialType } from "../plugin-config/plugin-config.ts";

const FIXES: Readonly<Record<CredentialType | "default", string>> = {
  environment:
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID and either AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH to a valid service principal",
  workloadid:
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID (or plugin config client_id) and AZURE_FEDERATED_TOKEN_FILE, as AKS workload identity does, and check the federated credential",
  managedid:
    "run on an Azure resource that has a managed identity; name a user-assigned one by plugin config client_id=<client id>",
  azurecli: "run `az login`, or in a pipeline `az login --service-principal …`",
  default:
    "run `az login`, or choose the credential by plugin config credential_type=environment|workloadid|managedid|azurecli",
};

/** Causes that a fix of their own helps with, whichever credential they come from. */
const FIXES_BY_CAUSE: readonly (readonly [cause: RegExp, fix: string])[] = [
  [
    /not configured to acquire tokens for tenant/,
    "set AZURE_TENANT_ID to the vault's tenant: `az keyvault show --name <vault> --query properties.tenantId`",
  ],
  [
    /AADSTS(?:7000215|7000222|700016|700027|90002|900023)\b/,
    "correct the service principal: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
  ],
];

/** The ACCESS_DENIED error for a credential that gave no access token: what it said, and how to mend it. */
export function credentialError(type: CredentialType | "default", error: unknown): PluginError {
  const credential = type === "default" ? "the default credential chain" : `credential_type=${type}`;
  const said = whatItSaid(error);
  const fix = FIXES_BY_CAUSE.find(([cause]) => cause.test(said))?.[1] ?? FIXES[type];
  return new PluginError("ACCESS_DENIED", `${credential} gave no access token for Azure Key Vault:${said}`, {
    fix,
    metadata: { credentialType: type },
  });
}

/** What a credential said, after a space; for a chain of credentials, a line for each that was tried. */
function whatItSaid(error: unknown): string {
  if (!(error instanceof Error)) {
    return ` ${String(error)}`;
  }
  const tried: unknown = "errors" in error ? error.errors : undefined;
  if (!Array.isArray(tried) || tried.length === 0) {
    return ` ${reasonIn(error.message)}`;
  }
  const lines = tried.map((reason) => reasonIn(reason instanceof Error ? reason.message : String(reason)));
  return lines.map((line) => `\n- ${line}`).join("");
}

/**
 * The cause in a credential's message, on one line. The SDK puts it below a heading of its own, "More details:", and
 * Entra ID's sentence between times and ids.
 */
function reasonIn(message: string): string {
  const details = message.split(/More details:\s*/).at(-1) ?? message;
  const description = /Description: (.*?)(?: - Correlation ID:|$)/m.exec(details)?.[1] ?? details;
  const [firstLine = ""] = description.trim().split("\n", 1);
  return firstLine
    .replace(/^Error: /, "")
    .replace(/\s*(?:Trace ID:|To (?:troubleshoot|mitigate this issue),).*$/, "")
    .replace(/,$/, "")
    .trim();
}
