/**
 * A vault of which only the network is not real: the SDK's clients ask, and what stands here answers. It costs a
 * hundredth of a run with the emulator, so that there can be ten thousand.
 */
import type { AccessToken } from "@azure/core-auth";
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from "@azure/core-rest-pipeline";
import type { KeyIdentifier } from "../../src/key-identifier/key-identifier.ts";
import type { Vault } from "../../src/vault/vault.ts";

export const VERSION = "0123456789abcdef0123456789abcdef";
export const KEY = { vaultUrl: "https://myvault.vault.azure.net", name: "signer", version: VERSION } as const;
const CHALLENGE =
  'Bearer authorization="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555", resource="https://vault.azure.net"';

/** What is answered to a request. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What was asked of the fake one. */
export interface FakeVault {
  readonly vault: Vault;
  /** The scopes of each token that was asked for. */
  readonly scopes: readonly string[];
  /** The requests that it was sent, with their Authorization. */
  readonly requests: readonly { readonly url: string; readonly authorization: string | undefined }[];
}

/** More requests than this of one call of a client would be a loop. */
const MOST_REQUESTS = 10;

/** A vault whose every request `answer` answers. The credential gives the token for whatever is asked. */
export function createFakeVault(
  answer: (request: PipelineRequest) => FakeAnswer,
  token: string,
  key: KeyIdentifier = KEY,
): FakeVault {
  const scopes: string[] = [];
  const requests: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const getToken = (asked: string | string[]): Promise<AccessToken> => {
    scopes.push(...[asked].flat());
    return Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
  };
  const sendRequest = (request: PipelineRequest): Promise<PipelineResponse> => {
    requests.push({ url: request.url, authorization: request.headers.get("authorization") });
    if (requests.length > MOST_REQUESTS) {
      throw new Error("the client asks again and again");
    }
    const { status, headers = {}, body = "" } = answer(request);
    return Promise.resolve({ request, status, headers: createHttpHeaders(headers), bodyAsText: body });
  };
  const vault: Vault = {
    url: key.vaultUrl,
    credential: { getToken, mayDependOnTenant: () => false },
    credentialType: "environment",
    needs: ["keys sign", "secrets get", "certificates get"],
    network: {
      httpClient: { sendRequest },
      lastOutcome: () => undefined,
      clockNote: () => "",
      lastPeer: () => ({ host: new URL(key.vaultUrl).host, proxy: undefined }),
      budget: {
        seconds: 60,
        remaining: () => 60_000,
        waitFor: () => () => undefined,
        timeoutError: () => new Error("the fake network takes no time"),
      } as unknown as Vault["network"]["budget"],
    },
  };
  return { vault, scopes, requests };
}

/** Answers as a vault does: a challenge to who has no token, then the body. */
export function challengeThen(body: object): (request: PipelineRequest) => FakeAnswer {
  const text = JSON.stringify(body);
  return ({ headers }) =>
    headers.has("authorization")
      ? { status: 200, body: text }
      : { status: 401, headers: { "WWW-Authenticate": CHALLENGE } };
}

/** A SecretBundle of the key's version. */
export function secretBundle(value: string, contentType: string): object {
  const { vaultUrl, name, version } = KEY;
  return { value, contentType, id: `${vaultUrl}/secrets/${name}/${version}`, attributes: { enabled: true } };
}

/** A CertificateBundle of the key's version. */
export function certificateBundle(der: Uint8Array): object {
  const { vaultUrl, name, version } = KEY;
  return {
    id: `${vaultUrl}/certificates/${name}/${version}`,
    kid: `${vaultUrl}/keys/${name}/${version}`,
    sid: `${vaultUrl}/secrets/${name}/${version}`,
    x5t: "",
    cer: Buffer.from(der).toString("base64"),
    attributes: { enabled: true },
  };
}
