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

/** The ACCESS_DENIED error for a credential that gave no access token: what it said, and how to mend it. */
export function credentialError(type: CredentialType | "default", error: unknown): PluginError {
  const credential = type === "default" ? "the default credential chain" : `credential_type=${type}`;
  return new PluginError(
    "ACCESS_DENIED",
    `${credential} gave no access token for Azure Key Vault:${whatItSaid(error)}`,
    { fix: FIXES[type], metadata: { credentialType: type } },
  );
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

/** Entra ID's own sentence where there is one, otherwise the credential's first line without its link. */
function reasonIn(message: string): string {
  const entraSentence = /AADSTS\d+: .*?(?=\s*(?:Trace ID:|$))/m.exec(message)?.[0];
  const firstLine = message.trim().split("\n", 1)[0] ?? "";
  return (
    entraSentence ?? firstLine.replace(/^Error: |\s*To (?:troubleshoot|mitigate this issue), .*$/g, "").trim()
  );
}
