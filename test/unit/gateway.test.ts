import { describe, expect, test } from "bun:test";
import type { ErrorCode } from "../../src/error/plugin-error.ts";
import { gatewayCause } from "../../src/network/gateway.ts";

const HOST = "myvault.vault.azure.net";
const DIRECT = { host: HOST, proxy: undefined };
const PROXIED = { host: HOST, proxy: "http://proxy:3128" };
const VAULT = "Azure Key Vault";

describe("an answer that the service did not make", () => {
  test.each<[number, ErrorCode]>([
    [407, "ACCESS_DENIED"],
    [408, "TIMEOUT"],
    [429, "THROTTLED"],
    [504, "TIMEOUT"],
    [200, "ERROR"],
    [301, "ERROR"],
    [400, "ERROR"],
    [401, "ERROR"],
    [403, "ERROR"],
    [404, "ERROR"],
    [500, "ERROR"],
    [502, "ERROR"],
    [503, "ERROR"],
    [0, "ERROR"],
  ])("with the status %i is %s: what is granted in Azure would not help", (status, errorCode) => {
    expect(gatewayCause(status, DIRECT, VAULT).errorCode).toBe(errorCode);
  });

  test("with the status 407 is the proxy's, which wants user and password", () => {
    const { problem, fix, doubtsHost } = gatewayCause(407, PROXIED, VAULT);
    expect(problem).toBe(
      "the proxy http://proxy:3128 wants a user and a password, and those in HTTPS_PROXY are missing or wrong (407)",
    );
    expect(fix).toStartWith(
      "set HTTPS_PROXY to http://<user>:<password>@<host>:<port>, with special characters",
    );
    expect(doubtsHost).toBe(false);
  });

  test("with another status may be a proxy's, a gateway's or a sign-in page's", () => {
    expect(gatewayCause(502, DIRECT, VAULT)).toMatchObject({
      problem: `${HOST} answered 502, and not as Azure Key Vault does`,
      fix: `find out whether a gateway or sign-in page answers in place of ${HOST}, and let ${HOST} through`,
    });
    expect(gatewayCause(502, PROXIED, "Entra ID")).toMatchObject({
      problem: `${HOST} (by the proxy http://proxy:3128) answered 502, and not as Entra ID does`,
      fix: expect.stringContaining("whether the proxy http://proxy:3128, or a gateway"),
    });
  });

  test.each([
    [403, true],
    [404, true],
    [502, true],
    [503, true],
    [504, true],
    [200, false],
    [401, false],
    [429, false],
    [500, false],
  ])("with the status %i may mean that there is no such host: %p", (status, doubtsHost) => {
    expect(gatewayCause(status, PROXIED, VAULT).doubtsHost).toBe(doubtsHost);
  });
});
