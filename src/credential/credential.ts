import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import {
  AzureCliCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredentialOptions,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { holderOf, type TokenHolder } from "../access-token/claims.ts";
import { authorityHostOf } from "../cloud/cloud.ts";
import type { PluginError } from "../error/plugin-error.ts";
import { log } from "../log/log.ts";
import type { Budget } from "../network/budget.ts";
import type { Connections } from "../network/connections.ts";
import { openNetwork } from "../network/network.ts";
import type { PluginConfig } from "../plugin-config/plugin-config.ts";
import { noteChainSource } from "./chain-source.ts";
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

/** A credential of the SDK's interface that says more of its failures. */
export interface Credential extends TokenCredential {
  /** Whether what `getToken` threw may come of the tenant: it was asked without one, and a login was found. */
  mayDependOnTenant(error: unknown): boolean;
  /** Who holds the last token that it gave; undefined where it gave none. */
  lastHolder(): IssuedTo | undefined;
  /** What `getToken` threw last; undefined where it has given a token since. */
  lastFailure(): PluginError | undefined;
}

/** Who got a token, and by which credential. */
export interface IssuedTo extends TokenHolder {
  /** Which credential of the default chain gave it; undefined where another one was named. */
  readonly source: string | undefined;
  /** How long it took. */
  readonly milliseconds: number;
}

/** What `az` or Entra ID say of a login that is good for another tenant, or for none. */
const TENANT_FAILURE = /\baz login\b|AADSTS/;

/**
 * The credential that the plugin config asks for. Clients that ask for the same token at the same time share
 * one request for it. Whatever the credential fails with reaches the caller as a PluginError. Once it was asked for a token
 * of a tenant, it asks for those of that tenant.
 * @param vaultUrl whose cloud issues the tokens, where `AZURE_AUTHORITY_HOST` names none
 * @param connections that the requests for tokens take
 */
export function createCredential(
  { credentialType, clientId }: PluginConfig,
  vaultUrl: string,
  budget: Budget,
  connections?: Connections,
): Credential {
  const name = credentialType ?? "default";
  const network = openNetwork(budget, connections);
  const failures = new WeakSet<Error>();
  let tenantId: string | undefined;
  const tokens = new Map<string, Promise<AccessToken | null>>();
  let credential: TokenCredential | undefined;
  let sourceOf: () => string | undefined = () => undefined;
  let holder: IssuedTo | undefined;
  let lastFailure: PluginError | undefined;

  const makeCredential = (): TokenCredential => {
    const authorityHost = process.env["AZURE_AUTHORITY_HOST"] ? undefined : authorityHostOf(vaultUrl);
    const made = CREDENTIAL_MAKERS[name](clientId, {
      ...(authorityHost !== undefined && { authorityHost }),
      httpClient: network.httpClient,
      retryOptions: { maxRetries: 0 },
      // A whole number, or the runtime refuses to start the program.
      processTimeoutInMs: Math.max(1, Math.floor(budget.remaining() - RESERVE)),
    });
    sourceOf = name === "default" ? noteChainSource(made) : sourceOf;
    return made;
  };

  const requestToken = async (scopes: string | string[], options: GetTokenOptions | undefined) => {
    const done = budget.waitFor(
      `a token by ${name === "default" ? "the default credential chain" : `credential_type=${name}`}`,
    );
    const start = performance.now();
    try {
      // Made here, since a credential whose environment is incomplete may throw when it is made.
      credential ??= makeCredential();
      const token = await credential.getToken(scopes, options);
      log("info", `credential ${name}: a token for ${String(scopes)}`);
      const milliseconds = performance.now() - start;
      lastFailure = undefined;
      holder = token === null ? holder : { ...holderOf(token.token), source: sourceOf(), milliseconds };
      return token;
    } catch (error) {
      log("info", `credential ${name}: ${String(error)}`);
      const failure = credentialError({
        name,
        error,
        network,
        context: { vaultUrl, environment: process.env, clientId },
        reserve: RESERVE,
      });
      lastFailure = failure;
      const knowsTenant = name !== "azurecli" && (name !== "default" || process.env["AZURE_TENANT_ID"]);
      if (!knowsTenant && options?.tenantId === undefined && TENANT_FAILURE.test(saidBy(error))) {
        failures.add(failure);
      }
      throw failure;
    } finally {
      done();
    }
  };

  return {
    getToken(scopes, options = {}) {
      tenantId = options.tenantId ?? tenantId;
      const request = JSON.stringify([[scopes].flat(), tenantId, options.claims]);
      const token =
        tokens.get(request) ??
        requestToken(scopes, { ...options, ...(tenantId !== undefined && { tenantId }) });
      tokens.set(request, token);
      return token;
    },
    mayDependOnTenant: (error) => error instanceof Error && failures.has(error),
    lastHolder: () => holder,
    lastFailure: () => lastFailure,
  };
}

/** All messages of a credential's failure: a chain's are in its list. */
function saidBy(error: unknown): string {
  const errors: unknown = error instanceof Error && "errors" in error ? error.errors : undefined;
  return [error, ...(Array.isArray(errors) ? errors : [])].map(String).join("\n");
}
