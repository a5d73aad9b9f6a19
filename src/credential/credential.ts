import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import {
  AzureCliCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredentialOptions,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { authorityHostOf } from "../cloud/cloud.ts";
import { log } from "../log/log.ts";
import type { Budget } from "../network/budget.ts";
import { openNetwork } from "../network/network.ts";
import type { PluginConfig } from "../plugin-config/plugin-config.ts";
import { type CredentialName, credentialError } from "./credential-error.ts";

interface MakerOptions extends TokenCredentialOptions {
  /** How long a program such as `az` may take. */
  readonly processTimeoutInMs: number;
}

type CredentialMaker = (clientId: string | undefined, options: MakerOptions) => TokenCredential;

const CREDENTIAL_MAKERS: Readonly<Record<CredentialName, CredentialMaker>> = {
  environment: (_clientId, options) => new EnvironmentCredential(options),
  workloadid: (clientId, options) =>
    new WorkloadIdentityCredential({ ...options, ...(clientId !== undefined && { clientId }) }),
  managedid: (clientId, options) =>
    new ManagedIdentityCredential({ ...options, ...(clientId !== undefined && { clientId }) }),
  azurecli: (_clientId, { processTimeoutInMs }) => new AzureCliCredential({ processTimeoutInMs }),
  default: (clientId, options) =>
    new DefaultAzureCredential({
      ...options,
      ...(clientId !== undefined && {
        managedIdentityClientId: clientId,
        workloadIdentityClientId: clientId,
      }),
    }),
};

/** What is kept of the budget for telling that `az` used up the rest, in milliseconds. */
const RESERVE = 250;

/**
 * The credential that the plugin config asks for. Clients that ask for the same token at the same time share
 * one request for it. Whatever the credential fails with reaches the caller as a PluginError.
 * @param vaultUrl whose cloud issues the tokens, where `AZURE_AUTHORITY_HOST` names none
 */
export function createCredential(
  { credentialType, clientId }: PluginConfig,
  vaultUrl: string,
  budget: Budget,
): TokenCredential {
  const name = credentialType ?? "default";
  const network = openNetwork(budget);
  const tokens = new Map<string, Promise<AccessToken | null>>();
  let credential: TokenCredential | undefined;

  const makeCredential = (): TokenCredential => {
    const authorityHost = process.env["AZURE_AUTHORITY_HOST"] ? undefined : authorityHostOf(vaultUrl);
    return CREDENTIAL_MAKERS[name](clientId, {
      ...(authorityHost !== undefined && { authorityHost }),
      httpClient: network.httpClient,
      retryOptions: { maxRetries: 0 },
      // A whole number, or the runtime refuses to start the program.
      processTimeoutInMs: Math.max(1, Math.floor(budget.remaining() - RESERVE)),
    });
  };

  const requestToken = async (scopes: string | string[], options: GetTokenOptions | undefined) => {
    const done = budget.waitFor(
      `a token by ${name === "default" ? "the default credential chain" : `credential_type=${name}`}`,
    );
    try {
      // Made here, since a credential whose environment is incomplete may throw when it is made.
      credential ??= makeCredential();
      const token = await credential.getToken(scopes, options);
      log("info", `credential ${name}: a token for ${String(scopes)}`);
      return token;
    } catch (error) {
      log("info", `credential ${name}: ${String(error)}`);
      throw credentialError({
        name,
        error,
        network,
        context: { vaultUrl, environment: process.env, clientId },
        reserve: RESERVE,
      });
    } finally {
      done();
    }
  };

  return {
    getToken(scopes, options) {
      const request = JSON.stringify([scopes, options?.tenantId, options?.claims]);
      const token = tokens.get(request) ?? requestToken(scopes, options);
      tokens.set(request, token);
      return token;
    },
  };
}
