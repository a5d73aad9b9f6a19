/** A way to a service, and a vault behind it, that make no request: what is answered, the test says. */
import { Agent } from "node:http";
import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineRequest,
  type PipelineRequestOptions,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import { PluginError } from "../../src/error/plugin-error.ts";
import type { Network, Outcome } from "../../src/network/network.ts";
import type { Peer } from "../../src/network/network-failure.ts";
import type { Vault } from "../../src/vault/vault.ts";

/** A vault, one version of a key in it, and a principal whose object id its refusals name. */
export const VAULT_URL = "https://myvault.vault.azure.net";
export const VERSION = "0123456789abcdef0123456789abcdef";
export const KEY = { vaultUrl: VAULT_URL, name: "my-cert", version: VERSION };
export const OBJECT_ID = "76a95e18-9029-4754-9a41-24635ecec2f1";

/** What a service answers: a body that is no text is sent as JSON. */
export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What of a fake network is not as usual. */
export interface FakeNetworkOptions {
  /** How the last request ended; none was sent by default. */
  readonly outcome?: Outcome | undefined;
  readonly clockNote?: string;
  /** Who the last request was for. */
  readonly peer?: Peer;
  /** Milliseconds that are left of the budget of 60 seconds. */
  readonly remaining?: number;
  /** Answers a request, or throws in its place. */
  readonly answer?: (request: PipelineRequest) => ServiceAnswer;
}

/** A network for tests. Without `answer` every request is a fault of the test. */
export function fakeNetwork(options: FakeNetworkOptions = {}): Network {
  const { outcome, clockNote = "", peer, remaining = 59_000, answer } = options;
  return {
    httpClient: {
      async sendRequest(request) {
        if (answer === undefined) {
          throw new Error(`unexpected request: ${request.method} ${request.url}`);
        }
        return await Promise.resolve(response(answer(request), request));
      },
    },
    lastOutcome: () => outcome,
    clockNote: () => clockNote,
    lastPeer: () => peer,
    budget: {
      seconds: 60,
      remaining: () => remaining,
      waitFor: () => () => undefined,
      timeoutError: () => new PluginError("TIMEOUT", "no result within 60 s"),
    },
  };
}

/** A vault for tests behind a fake network, whose credential always gives a token. */
export function fakeVault(network: Network, changes: Partial<Vault> = {}): Vault {
  return {
    url: VAULT_URL,
    credential: {
      getToken: () => Promise.resolve({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 }),
      mayDependOnTenant: () => false,
    },
    credentialType: "environment",
    network,
    needs: ["keys sign", "secrets get", "certificates get"],
    ...changes,
  };
}

/** A request as the SDK makes it. */
export function request(url: string, options: Partial<PipelineRequestOptions> = {}): PipelineRequest {
  return createPipelineRequest({ url, allowInsecureConnection: true, ...options });
}

/** The request on its way by a proxy, as the SDK sends it there: by an agent that has the proxy's URL. */
export function byProxy(sent: PipelineRequest, proxy: string): PipelineRequest {
  sent.agent = Object.assign(new Agent(), { proxy: new URL(proxy) });
  return sent;
}

/** The answer as the SDK's HTTP client gives it. */
export function response(
  { status = 200, headers = {}, body = {} }: ServiceAnswer,
  sent: PipelineRequest = request(VAULT_URL),
): PipelineResponse {
  const bodyAsText = typeof body === "string" ? body : JSON.stringify(body);
  const type = { "content-type": bodyAsText.startsWith("<") ? "text/html" : "application/json" };
  return { request: sent, status, headers: createHttpHeaders({ ...type, ...headers }), bodyAsText };
}
