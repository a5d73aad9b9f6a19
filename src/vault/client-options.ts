import type { HttpClient } from "@azure/core-rest-pipeline";
import { attemptsOf } from "../network/network.ts";
import { NetworkFailure } from "../network/network-failure.ts";
import { answerKnownChallenge, sendWithRightTenant, whatIsAsked } from "./authorization.ts";
import { CLAIMS_CODE, RefusedByService, readFailure } from "./service-failure.ts";
import { SERVICE_VERSION, type Vault } from "./vault.ts";

/** The body of an answer that is a success. */
export type AnswerBody = Readonly<Record<string, unknown>>;

interface ClientOptions {
  readonly serviceVersion: typeof SERVICE_VERSION;
  readonly httpClient: HttpClient;
  readonly retryOptions: { readonly maxRetries: number };
}

/**
 * What every client of the SDK is made with: one version of the REST API, our way to the network, and its own retries
 * off.
 * @param onAnswer is given the body of the vault's answer, of which the clients leave things out
 */
export function clientOptions(
  vault: Vault,
  onAnswer: (body: AnswerBody) => void = () => undefined,
): ClientOptions {
  return {
    serviceVersion: SERVICE_VERSION,
    httpClient: vaultHttpClient(vault, onAnswer),
    retryOptions: { maxRetries: 0 },
  };
}

/**
 * Passes a vault's challenges and its good answers to the SDK, and throws RefusedByService for all others: the SDK's
 * clients throw a bare TypeError for an empty answer, and an error with the whole body, a private key and all, for one
 * that they cannot parse. The first challenge, which the SDK asks each time for, is answered here where it is known.
 */
function vaultHttpClient(vault: Vault, onAnswer: (body: AnswerBody) => void): HttpClient {
  const { url } = vault;
  let claimsAsked = false;
  return {
    async sendRequest(request) {
      if (new URL(request.url).origin !== url) {
        throw new NetworkFailure(
          "OTHER_HOST",
          { host: new URL(request.url).host, proxy: undefined },
          `it is not ${url}`,
        );
      }
      const response =
        (await answerKnownChallenge(vault, request)) ?? (await sendWithRightTenant(vault, request));
      const asked = whatIsAsked(request, response);
      // The SDK answers one challenge for claims; a second one is the answer to the token with them.
      if (asked === "token" || (asked === "claims" && !claimsAsked)) {
        claimsAsked ||= asked === "claims";
        return response;
      }
      const body = parseObject(response.bodyAsText);
      const requestId = response.headers.get("x-ms-request-id");
      if (body === undefined || response.status < 200 || response.status >= 300) {
        const failure = readFailure(response.status, body, requestId);
        const refusal = asked === "claims" ? { ...failure, innerCode: CLAIMS_CODE } : failure;
        throw new RefusedByService(refusal, attemptsOf(response));
      }
      onAnswer(body);
      return response;
    },
  };
}

function parseObject(text: string | null | undefined): AnswerBody | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
