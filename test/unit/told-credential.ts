/** What is told of the Azure SDK's real credentials, in answer to what Entra ID and the metadata service answer. */
import { expect } from "bun:test";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential, TokenCredentialOptions } from "@azure/identity";
import { credentialError, type FailedCredential } from "../../src/credential/credential-error.ts";
import type { PluginError } from "../../src/error/plugin-error.ts";
import type { Outcome } from "../../src/network/network.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { withEnvironment } from "./environment.ts";
import { fakeNetwork, response, type ServiceAnswer, VAULT_URL } from "./fake-network.ts";

/** A tenant, and Entra ID's id of a request. */
export const TENANT = "11111111-1111-4111-8111-111111111111";
export const TRACE = "0a1b2c3d-0000-4000-8000-000000000000";

/** An environment that names no credential, and one that names a service principal. */
export const NOTHING_SET = {
  AZURE_TENANT_ID: undefined,
  AZURE_CLIENT_ID: undefined,
  AZURE_CLIENT_SECRET: undefined,
  AZURE_CLIENT_CERTIFICATE_PATH: undefined,
  AZURE_FEDERATED_TOKEN_FILE: undefined,
  AZURE_TOKEN_CREDENTIALS: undefined,
};
export const SERVICE_PRINCIPAL = {
  ...NOTHING_SET,
  AZURE_TENANT_ID: TENANT,
  AZURE_CLIENT_ID: "client-1",
  AZURE_CLIENT_SECRET: "s",
};

/** What every request is answered with now. One for all tests, since MSAL keeps the first client that it gets. */
let answer: ServiceAnswer | NetworkFailure = {};
let outcome: Outcome | undefined;
const httpClient: HttpClient = {
  sendRequest(request) {
    const peer = { host: new URL(request.url).host, proxy: undefined };
    if (answer instanceof NetworkFailure) {
      outcome = answer;
      return Promise.reject(answer);
    }
    const answered = response(answer, request);
    const isJson = answered.bodyAsText?.startsWith("{") === true;
    outcome = { peer, status: answered.status, requestId: undefined, isJson, attempts: 1 };
    return Promise.resolve(answered);
  },
};

/** What is told of a credential when its requests are answered so. No program is in PATH. */
export async function tell(
  name: FailedCredential["name"],
  make: (options: TokenCredentialOptions) => TokenCredential,
  answered: ServiceAnswer | NetworkFailure,
  environment: Readonly<Record<string, string | undefined>> = NOTHING_SET,
): Promise<PluginError> {
  answer = answered;
  outcome = undefined;
  const thrown: unknown = await withEnvironment({ ...environment, PATH: "/nonexistent" }, async () => {
    const credential = make({ httpClient, retryOptions: { maxRetries: 0 } });
    return await credential.getToken("https://vault.azure.net/.default").catch((error: unknown) => error);
  });
  expect(thrown).toBeInstanceOf(Error);
  const context = { vaultUrl: VAULT_URL, environment, clientId: undefined };
  return credentialError({ name, error: thrown, network: fakeNetwork({ outcome }), context, reserve: 250 });
}

/** An error of Entra ID's token endpoint. */
export function refusal(code: number, sentence: string, status = 401): ServiceAnswer {
  const description = `AADSTS${code}: ${sentence} Trace ID: ${TRACE} Correlation ID: ${TRACE} Timestamp: 2026-11-24 03:58:35Z`;
  const body = {
    error: "invalid_client",
    error_description: description,
    error_codes: [code],
    trace_id: TRACE,
    correlation_id: TRACE,
  };
  return { status, body };
}
