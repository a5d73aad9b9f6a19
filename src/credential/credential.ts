import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import {
  AzureCliCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import type { CredentialType, PluginConfig } from "../plugin-config/plugin-config.ts";
import { credentialError } from "./credential-error.ts";

type CredentialMaker = (clientId: string | undefined) => TokenCredential;

const CREDENTIAL_MAKERS: Readonly<Record<CredentialType | "default", CredentialMaker>> = {
  environment: () => new EnvironmentCredential(),
  workloadid: (clientId) => new WorkloadIdentityCredential(clientId === undefined ? {} : { clientId }),
  managedid: (clientId) => new ManagedIdentityCredential(clientId === undefined ? {} : { clientId }),
  azurecli: () => new AzureCliCredential(),
  default: (clientId) =>
    new DefaultAzureCredential(
      clientId === undefined ? {} : { managedIdentityClientId: clientId, workloadIdentityClientId: clientId },
    ),
};

/**
 * The credential that the plugin config asks for. Clients that ask for the same token at the same time share
 * one request for it. Whatever the credential fails with reaches the caller as a PluginError.
 */
export function createCredential({ credentialType, clientId }: PluginConfig): TokenCredential {
  const type = credentialType ?? "default";
  const tokens = new Map<string, Promise<AccessToken | null>>();
  let credential: TokenCredential | undefined;

  const requestToken = async (scopes: string | string[], options: GetTokenOptions | undefined) => {
    try {
      // Made here, since a credential whose environment is incomplete may throw when it is made.
      credential ??= CREDENTIAL_MAKERS[type](clientId);
      return await credential.getToken(scopes, options);
    } catch (error) {
      throw credentialError(type, error);
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
