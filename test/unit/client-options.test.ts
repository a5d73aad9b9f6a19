import { describe, expect, test } from "bun:test";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { clientOptions } from "../../src/vault/client-options.ts";
import { RefusedByService } from "../../src/vault/service-failure.ts";
import { fakeNetwork, fakeVault, request, type ServiceAnswer, VAULT_URL } from "./fake-network.ts";

const CHALLENGE = {
  "www-authenticate":
    'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"',
};
const CLAIMS = {
  "www-authenticate":
    'Bearer authorization="https://login.microsoftonline.com/t", error="insufficient_claims", claims="e30="',
};
const UNAUTHORIZED = { error: { code: "Unauthorized", message: "AKV10032: Invalid issuer." } };
const PRIVATE = "-----BEGIN PRIVATE KEY-----MIIC";

/** A host of no known cloud, whose challenge nobody knows before it is asked. */
const OTHER_URL = "https://myvault.vault.example";

/** The client that the SDK gets, of a vault that always answers so, and the bodies that it was told of. */
function clientFor(answer: ServiceAnswer, url = VAULT_URL) {
  const bodies: unknown[] = [];
  const vault = fakeVault(fakeNetwork({ answer: () => answer }), { url });
  const { httpClient } = clientOptions(vault, (body) => bodies.push(body));
  return { httpClient, bodies };
}

const withToken = (): PipelineRequest => {
  const sent = request(`${VAULT_URL}/secrets/n`);
  sent.headers.set("authorization", "Bearer a-token");
  return sent;
};
const withoutToken = (): PipelineRequest => request(`${OTHER_URL}/secrets/n`);

/** What was thrown for an answer to a request with a token. */
async function thrownFor(answer: ServiceAnswer, sent = withToken()): Promise<unknown> {
  const { httpClient, bodies } = clientFor(answer, new URL(sent.url).origin);
  const thrown = await httpClient.sendRequest(sent).catch((error: unknown) => error);
  expect(bodies).toEqual([]);
  return thrown;
}

test("a client of the SDK has one version of the API, and no retries of its own", () => {
  expect(clientOptions(fakeVault(fakeNetwork()))).toMatchObject({
    serviceVersion: "7.4",
    retryOptions: { maxRetries: 0 },
  });
});

describe("an answer is passed to the SDK", () => {
  test.each([200, 201])("that is a JSON object of status %i, whose body is told too", async (status) => {
    const { httpClient, bodies } = clientFor({ status, body: { kid: "k", value: "v" } });
    expect(await httpClient.sendRequest(withToken())).toMatchObject({
      status,
      bodyAsText: '{"kid":"k","value":"v"}',
    });
    expect(bodies).toEqual([{ kid: "k", value: "v" }]);
  });

  test("that asks for a token", async () => {
    const { httpClient, bodies } = clientFor(
      { status: 401, headers: CHALLENGE, body: UNAUTHORIZED },
      OTHER_URL,
    );
    expect(await httpClient.sendRequest(withoutToken())).toMatchObject({ status: 401 });
    expect(bodies).toEqual([]);
  });

  test("that asks for a token with claims, once", async () => {
    const { httpClient } = clientFor({ status: 401, headers: CLAIMS, body: UNAUTHORIZED });
    expect(await httpClient.sendRequest(withToken())).toMatchObject({ status: 401 });
    const second = await httpClient.sendRequest(withToken()).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(RefusedByService);
    expect(second).toMatchObject({ failure: { status: 401, code: "Unauthorized" } });
  });
});

describe("an answer is a refusal", () => {
  test("that turns the token down", async () => {
    const thrown = await thrownFor({
      status: 401,
      headers: { ...CHALLENGE, "x-ms-request-id": "r" },
      body: UNAUTHORIZED,
    });
    expect(thrown).toBeInstanceOf(RefusedByService);
    expect(thrown).toMatchObject({
      message: "AKV10032: Invalid issuer.",
      attempts: 1,
      failure: { status: 401, code: "Unauthorized", requestId: "r" },
    });
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ["asks for nothing", {}],
    ["asks for a user and a password", { "www-authenticate": 'Basic realm="gateway"' }],
  ])("with 401 that %s, to a request without a token too", async (_what, headers) => {
    const thrown = await thrownFor({ status: 401, headers, body: "<html>" }, withoutToken());
    expect(thrown).toMatchObject({ name: "RefusedByService", failure: { status: 401, code: undefined } });
  });

  test.each([400, 403, 404, 409, 429, 500, 503])("with the status %i", async (status) => {
    const body = { error: { code: "Code", message: "words", innererror: { code: "Inner" } } };
    const thrown = await thrownFor({ status, body });
    expect(thrown).toMatchObject({
      name: "RefusedByService",
      failure: { status, code: "Code", innerCode: "Inner" },
    });
  });

  test("with a status that is no success, though its body looks like one", async () => {
    expect(await thrownFor({ status: 404, body: { value: PRIVATE } })).toMatchObject({
      failure: { status: 404 },
    });
    expect(await thrownFor({ status: 100, body: { value: PRIVATE } })).toMatchObject({
      failure: { status: 100 },
    });
  });
});

describe("a success that is no JSON object is refused, and nothing of its body is quoted", () => {
  test.each<[string, number, string]>([
    ["a page", 200, `<html>${PRIVATE}</html>`],
    ["a cut object", 200, `{"value":"${PRIVATE}`],
    ["an object with something after it", 200, `{"value":"${PRIVATE}"}<!-- gateway -->`],
    ["an array", 200, `["${PRIVATE}"]`],
    ["a text", 200, `"${PRIVATE}"`],
    ["null", 200, "null"],
    ["nothing", 200, ""],
    ["no content", 204, ""],
  ])("%s", async (_what, status, body) => {
    const thrown = await thrownFor({ status, body });
    expect(thrown).toBeInstanceOf(RefusedByService);
    expect(thrown).toMatchObject({ failure: { status, code: undefined } });
    expect(Bun.inspect(thrown, { depth: 10 })).not.toContain("PRIVATE KEY");
    expect(JSON.stringify(thrown)).not.toContain("PRIVATE KEY");
  });
});

describe("another origin is refused, and no request is made", () => {
  test.each([
    "https://evil.example/secrets/n",
    "https://myvault.vault.azure.net.evil.example/secrets/n",
    "https://myvault.vault.azure.net@evil.example/secrets/n",
    "https://othervault.vault.azure.net/secrets/n",
    "https://myvault.vault.azure.net:8443/secrets/n",
    "http://myvault.vault.azure.net/secrets/n",
  ])("%s", async (url) => {
    let calls = 0;
    const answer = (): ServiceAnswer => {
      calls += 1;
      return {};
    };
    const { httpClient } = clientOptions(fakeVault(fakeNetwork({ answer })));
    const thrown = await httpClient.sendRequest(request(url)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(NetworkFailure);
    expect(thrown).toMatchObject({ message: expect.stringContaining(`it is not ${VAULT_URL}`) });
    expect(calls).toBe(0);
  });
});

test("what the network throws is passed on", async () => {
  const failure = new NetworkFailure("ENOTFOUND", { host: "myvault.vault.azure.net", proxy: undefined }, "x");
  const answer = (): never => {
    throw failure;
  };
  const { httpClient } = clientOptions(fakeVault(fakeNetwork({ answer })));
  expect(await httpClient.sendRequest(withToken()).catch((error: unknown) => error)).toBe(failure);
});
