import { tokenHostOf } from "../cloud/cloud.ts";
import { proxyTo } from "../environment/proxy.ts";
import type { Way } from "../network/open-ahead.ts";
import type { CredentialType } from "../plugin-config/plugin-config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const HTTPS_PORT = 443;

/**
 * The ways that requests will take, as far as it is known before any is made: to the vault for each call, and to Entra ID
 * where this process itself asks it for the token.
 * @param calls how many calls will be made at the same time
 */
export function waysAhead(
  vaultUrl: string,
  credentialType: CredentialType | undefined,
  calls: number,
  environment: Environment,
): readonly Way[] {
  const tokenHost = asksEntra(credentialType, environment)
    ? environment["AZURE_AUTHORITY_HOST"] || tokenHostOf(vaultUrl)
    : undefined;
  const urls = [...(tokenHost === undefined ? [] : [tokenHost]), ...Array<string>(calls).fill(vaultUrl)];
  return urls
    .map((url) => {
      const { hostname, port } = new URL(url);
      return { host: hostname, port: Number(port) || HTTPS_PORT, proxy: proxyTo(hostname, environment) };
    })
    .filter(({ proxy }) => proxy === undefined || proxy.protocol === "http:");
}

/** `az` and the service for managed identities ask it in this process's place. */
function asksEntra(credentialType: CredentialType | undefined, environment: Environment): boolean {
  const named = credentialType === "environment" || credentialType === "workloadid";
  const proves = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"];
  const found = credentialType === undefined && proves.some((name) => environment[name]);
  return Boolean(environment["AZURE_TENANT_ID"]) && (named || found);
}
