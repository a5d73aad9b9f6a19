/** What is told of a vault that gave no answer of its own. */
import { describe, expect, test } from "bun:test";
import type { ErrorCode, PluginError } from "../../src/error/plugin-error.ts";
import { withinBudget } from "../../src/network/budget.ts";
import { openNetwork } from "../../src/network/network.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { RefusedByService, readFailure } from "../../src/vault/service-failure.ts";
import { vaultError } from "../../src/vault/vault-error.ts";
import { type FakeNetworkOptions, fakeNetwork, fakeVault, KEY, VAULT_URL, VERSION } from "./fake-network.ts";
import { reset, startServer } from "./local-server.ts";

const HOST = "myvault.vault.azure.net";

/** The error for a signature that failed with this. */
function tell(error: unknown, network: FakeNetworkOptions = {}): PluginError {
  return vaultError(fakeVault(fakeNetwork(network)), "keys sign", KEY, error);
}

/** An answer that the service did not make. */
function foreign(status: number): RefusedByService {
  return new RefusedByService(readFailure(status, undefined, undefined), 1);
}

describe("an answer that the vault did not make", () => {
  test.each<[number, ErrorCode, RegExp]>([
    [200, "ERROR", /^find out whether a gateway/],
    [401, "ERROR", /^find out whether a gateway/],
    [403, "ERROR", /^check the vault's name in the key identifier, myvault.*; or find out whether a gateway/],
    [404, "ERROR", /^check the vault's name .*; or find out whether a gateway/],
    [407, "ACCESS_DENIED", /^set HTTPS_PROXY to /],
    [408, "TIMEOUT", /^find out whether a gateway/],
    [429, "THROTTLED", /^find out whether a gateway/],
    [502, "ERROR", /^check the vault's name .*; or find out whether a gateway/],
    [504, "TIMEOUT", /^check the vault's name .*; or find out whether a gateway/],
  ])("of status %i is %s, and nothing to grant in Azure", (status, code, fix) => {
    const error = tell(foreign(status));
    expect(error).toMatchObject({ code, metadata: { status: String(status) } });
    expect(error.fix).toMatch(fix);
    expect(error.fix).not.toContain("az role");
  });

  test("names the proxy on the way", () => {
    const peer = { host: HOST, proxy: "http://proxy:3128" };
    const { problem } = tell(foreign(502), { peer });
    expect(problem).toEndWith(
      `${HOST} (by the proxy http://proxy:3128) answered 502, and not as Azure Key Vault does`,
    );
  });
});

describe("a vault that cannot be reached", () => {
  test("because its host has no address is told by its name", () => {
    const error = tell(new NetworkFailure("ENOTFOUND", { host: HOST, proxy: undefined }, "x"));
    expect(error.fix).toStartWith(
      `check the vault's name in the key identifier, ${HOST}: \`az keyvault list`,
    );
    expect(error).toMatchObject({
      code: "ERROR",
      metadata: { credentialType: "environment", serviceCode: "ENOTFOUND" },
    });
  });

  test("because the proxy's host has no address is told by the proxy's name", () => {
    const failure = new NetworkFailure("ENOTFOUND", { host: HOST, proxy: "http://proxy:3128" }, "x");
    expect(tell(failure).fix).toBe(failure.fix);
    expect(failure.fix).toContain("HTTPS_PROXY");
  });

  test.each(["ETIMEDOUT", "ECONNRESET", "SELF_SIGNED_CERT_IN_CHAIN", "REDIRECT"])(
    "by %s is told as the network tells it",
    (code) => {
      const failure = new NetworkFailure(code, { host: HOST, proxy: undefined }, "login.example");
      expect(tell(failure)).toMatchObject({
        code: failure.errorCode,
        problem: `cannot sign with key "my-cert" version ${VERSION} in ${VAULT_URL}: ${failure.message}`,
        fix: failure.fix,
      });
    },
  );

  test("is told with how often it was asked", async () => {
    using server = await startServer(reset);
    const failure = await withinBudget(5, async (budget) => {
      const { httpClient } = openNetwork(budget);
      return await httpClient.sendRequest(server.request()).catch((error: unknown) => error);
    });
    expect(tell(failure).problem).toEndWith("(ECONNRESET) (asked 4 times)");
  });
});

describe("an error of the SDK's own", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "for an answer that lacks something",
      new TypeError("undefined is not an object"),
      /lacks what an answer of Azure Key Vault must hold$/,
    ],
    [
      "for a host that is no vault",
      new Error("The challenge resource 'evil.example' does not match the requested domain."),
      /asks for a token of another service/,
    ],
    [
      "for a challenge without Entra ID",
      new Error("The challenge authorization URI 'x' is invalid."),
      /challenge \(WWW-Authenticate\) cannot be read$/,
    ],
    [
      "for a challenge without a service",
      Object.assign(new Error("x"), { statusCode: 401 }),
      /challenge \(WWW-Authenticate\) names no service$/,
    ],
    ["that is none", "a text", /lacks what an answer of Azure Key Vault must hold$/],
  ])("%s", (_what, thrown, problem) => {
    const error = tell(thrown);
    expect(error.problem).toMatch(problem);
    expect(error).toMatchObject({ code: "ERROR", metadata: { credentialType: "environment" } });
    expect(error.fix).toStartWith("find out whether a gateway or sign-in page answers in place of");
  });

  test.each([
    ["with a status", { statusCode: 200, code: "PARSE_ERROR" }],
    ["without a status", { code: "PARSE_ERROR" }],
    ["without a code", {}],
  ])("never shows a body that it could not parse: %s", (_what, shape) => {
    const body = '{"value":"-----BEGIN PRIVATE KEY-----MIGHAgEA"}<!-- gateway -->';
    const thrown = new SyntaxError(`Error "SyntaxError" occurred while parsing the response body - ${body}`);
    const error = tell(Object.assign(thrown, shape));
    expect(Bun.inspect(error, { depth: 10 })).not.toContain("PRIVATE KEY");
    expect(error.problem).toContain("lacks what an answer of Azure Key Vault must hold");
  });
});
