import { describe, expect, test } from "bun:test";
import { RefusedByService, readFailure } from "../../src/vault/service-failure.ts";

describe("a refusal of the vault", () => {
  test("is read: code, finer code and message", () => {
    const body = {
      error: {
        code: "Forbidden",
        message: "Caller is not authorized",
        innererror: { code: "ForbiddenByRbac" },
      },
    };
    expect(readFailure(403, body, "request-1")).toEqual({
      status: 403,
      code: "Forbidden",
      innerCode: "ForbiddenByRbac",
      message: "Caller is not authorized",
      requestId: "request-1",
    });
  });

  test("without a finer code has none", () => {
    const failure = readFailure(404, { error: { code: "KeyNotFound", message: "no" } }, undefined);
    expect(failure).toMatchObject({ code: "KeyNotFound", message: "no" });
    expect([failure.innerCode, failure.requestId]).toEqual([undefined, undefined]);
  });

  test.each([
    ["a\r\n  b\n\nc", "a b c"],
    ["  a  ", "a"],
    [
      "No permission. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287",
      "No permission.",
    ],
    [
      "Caller is not authorized.\r\nIf role assignments, deny assignments or role definitions were changed recently, please " +
        "observe propagation time.\r\nCaller: appid=1;oid=2;iss=x\r\nAction: 'Microsoft.KeyVault/vaults/keys/sign/action'\r\n" +
        "Resource: '/subscriptions/x'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\n" +
        "Vault: myvault;location=eastus",
      "Caller is not authorized. If role assignments, deny assignments or role definitions were changed recently, please " +
        "observe propagation time. Caller: appid=1;oid=2;iss=x Action: 'Microsoft.KeyVault/vaults/keys/sign/action' " +
        "Resource: '/subscriptions/x' Vault: myvault;location=eastus",
    ],
  ])("says on one line, without what helps nobody: %j", (message, expected) => {
    expect(readFailure(403, { error: { code: "Forbidden", message } }, undefined).message).toBe(expected);
  });

  test("that is long is read soon", () => {
    const start = performance.now();
    readFailure(500, { error: { code: "X", message: `a${" ".repeat(20_000)}b` } }, undefined);
    expect(performance.now() - start).toBeLessThan(300);
  });
});

describe("an answer that is not in the service's form", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "<html>secret</html>"],
    ["a number", 7],
    ["an array", [{ error: { code: "secret" } }]],
    ["an object without an error", { value: "secret" }],
    ["an error that is a text, as Entra ID's", { error: "secret", error_description: "secret" }],
    ["an error that is null", { error: null }],
    ["an error whose parts are no texts", { error: { code: 7, message: ["secret"], innererror: "secret" } }],
    ["an error whose parts are empty", { error: { code: "", message: "" } }],
  ])("has no code, and is not quoted: %s", (_what, body) => {
    const failure = readFailure(403, body, "request-1");
    expect([failure.status, failure.code, failure.innerCode, failure.requestId]).toEqual([
      403,
      undefined,
      undefined,
      "request-1",
    ]);
    expect(failure.message).toStartWith("not an answer of Azure Key Vault");
    expect(JSON.stringify(failure)).not.toContain("secret");
  });
});

test("a refusal is thrown with what it says", () => {
  const failure = readFailure(404, { error: { code: "KeyNotFound", message: "no such key" } }, undefined);
  const error = new RefusedByService(failure, 3);
  expect(error).toMatchObject({ name: "RefusedByService", message: "no such key", failure, attempts: 3 });
  expect(error).toBeInstanceOf(Error);
});
