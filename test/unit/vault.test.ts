import { describe, expect, test } from "bun:test";
import { type ErrorCode, PluginError } from "../../src/error/plugin-error.ts";
import { callVault, checkVersion } from "../../src/vault/call.ts";
import type { VaultOperation } from "../../src/vault/operation.ts";
import { RefusedByService, readFailure } from "../../src/vault/service-failure.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { vaultError } from "../../src/vault/vault-error.ts";
import { expectError } from "./expect-error.ts";
import { fakeNetwork, fakeVault, KEY, OBJECT_ID, VAULT_URL, VERSION } from "./fake-network.ts";

const vault = fakeVault(fakeNetwork());
const denied = `The user, group or application 'appid=1;oid=${OBJECT_ID};iss=x' does not have the permission. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=1`;

/** A refusal in the service's own form. */
function refused(status: number, code: string, message: string, innerCode?: string): RefusedByService {
  const innererror = innerCode === undefined ? undefined : { code: innerCode };
  return new RefusedByService(readFailure(status, { error: { code, message, innererror } }, "request-1"), 1);
}

const tell = (error: unknown, operation: VaultOperation = "keys sign", from: Vault = vault) =>
  vaultError(from, operation, KEY, error);

describe("a refusal of the vault", () => {
  const table: readonly [string, VaultOperation, Error, ErrorCode, readonly (string | RegExp)[]][] = [
    [
      "for lack of secrets get in the access policy",
      "secrets get",
      refused(403, "Forbidden", denied, "AccessDenied"),
      "ACCESS_DENIED",
      [
        `cannot read secret "my-cert" version ${VERSION} in ${VAULT_URL}: 403 AccessDenied: The user, group`,
        "\nFix: grant keys sign, secrets get, certificates get",
      ],
    ],
    [
      "for lack of keys sign in the access policy",
      "keys sign",
      refused(403, "Forbidden", denied, "AccessDenied"),
      "ACCESS_DENIED",
      [
        /^cannot sign with key "my-cert".*403 AccessDenied/,
        `az keyvault set-policy --name myvault --object-id ${OBJECT_ID}`,
      ],
    ],
    [
      "for lack of a role",
      "certificates get",
      refused(403, "Forbidden", `Caller: appid=1;oid=${OBJECT_ID}`, "ForbiddenByRbac"),
      "ACCESS_DENIED",
      [/^cannot read certificate "my-cert"/, 'az role assignment create --role "Key Vault Certificate User"'],
    ],
    [
      "by the firewall",
      "keys sign",
      refused(403, "Forbidden", "Client address is not authorized", "ForbiddenByFirewall"),
      "ACCESS_DENIED",
      ["403 ForbiddenByFirewall", "az keyvault network-rule add --name myvault"],
    ],
    [
      "of a token of another tenant",
      "keys sign",
      refused(401, "Unauthorized", "AKV10032: Invalid issuer."),
      "ACCESS_DENIED",
      ["401 Unauthorized: AKV10032: Invalid issuer.", "tenant"],
    ],
    [
      "of an object that it does not have",
      "certificates get",
      refused(404, "CertificateNotFound", "not found"),
      "VALIDATION_ERROR",
      ["404 CertificateNotFound: not found", "--query kid"],
    ],
    [
      "of a parameter",
      "keys sign",
      refused(400, "BadParameter", "no"),
      "VALIDATION_ERROR",
      ["400 BadParameter: no"],
    ],
    [
      "for too many calls",
      "keys sign",
      refused(429, "Throttled", "too many"),
      "THROTTLED",
      ["429 Throttled", "timeout=<seconds>, now 60"],
    ],
    [
      "for a fault of its own",
      "keys sign",
      refused(503, "ServiceUnavailable", "later"),
      "ERROR",
      ["503 ServiceUnavailable: later", "status.azure.com"],
    ],
    [
      "of a code and a status that nothing is known of",
      "keys sign",
      refused(409, "Conflict", "no"),
      "ERROR",
      [/409 Conflict: no/],
    ],
  ];
  test.each(table)("%s", async (_what, operation, error, code, texts) => {
    await expectError(() => callVault(vault, operation, KEY, () => Promise.reject(error)), code, ...texts);
  });

  test("keeps what a program may want to know, and drops the service's link", () => {
    const { metadata, message } = tell(refused(403, "Forbidden", denied, "AccessDenied"), "secrets get");
    expect(metadata).toEqual({
      credentialType: "environment",
      status: "403",
      serviceCode: "AccessDenied",
      requestId: "request-1",
    });
    expect(message).not.toContain("go.microsoft.com");
  });

  test("of no version names none", () => {
    const { problem } = vaultError(
      vault,
      "keys sign",
      { ...KEY, version: undefined },
      refused(404, "KeyNotFound", "no"),
    );
    expect(problem).toBe(`cannot sign with key "my-cert" in ${VAULT_URL}: 404 KeyNotFound: no`);
  });

  test("says how often the vault was asked", () => {
    const { failure } = refused(503, "ServiceUnavailable", "later");
    expect(tell(new RefusedByService(failure, 6)).problem).toEndWith(
      "503 ServiceUnavailable: later (asked 6 times)",
    );
    expect(tell(new RefusedByService(failure, 1)).problem).toEndWith("503 ServiceUnavailable: later");
  });

  test("that is the vault's own is not told to be a gateway's", () => {
    expect(tell(refused(403, "Forbidden", "no", "SomethingNew")).fix ?? "").not.toContain("gateway");
  });

  test("that is told already is not wrapped again", async () => {
    const told = new PluginError("TIMEOUT", "told");
    const thrown = await callVault(vault, "keys sign", KEY, () => Promise.reject(told)).catch(
      (error: unknown) => error,
    );
    expect(thrown).toBe(told);
  });
});

describe("a wrong clock", () => {
  const clockNote = " (this machine's clock is 60 minutes ahead of the service's)";
  const late = fakeVault(fakeNetwork({ clockNote }));

  test("is told where the vault turns the token down", () => {
    const { problem, fix } = tell(refused(401, "Unauthorized", "AKV10044: Expired."), "keys sign", late);
    expect(problem).toEndWith(`AKV10044: Expired.${clockNote}`);
    expect(fix).toContain("clock");
  });

  test("is not told where it has nothing to do with the refusal", () => {
    expect(tell(refused(404, "KeyNotFound", "no"), "keys sign", late).problem).not.toContain("clock");
  });
});

describe("the version in the vault's answer", () => {
  test("is taken when it is the one that was asked for, or none was", () => {
    expect(checkVersion("secrets get", KEY, VERSION.toUpperCase())).toBe(VERSION);
    expect(checkVersion("secrets get", { ...KEY, version: undefined }, VERSION)).toBe(VERSION);
  });

  test("is refused when it is another", () =>
    expectError(
      () => checkVersion("certificates get", KEY, "f".repeat(32)),
      "VALIDATION_ERROR",
      `asked for version ${VERSION} of certificate "my-cert" and answered with version ${"f".repeat(32)}`,
      "az keyvault certificate show --vault-name myvault --name my-cert --query kid",
    ));

  test("is an error when it is missing", () =>
    expectError(
      () => checkVersion("secrets get", KEY, undefined),
      "ERROR",
      `${VAULT_URL} answered for secret "my-cert" without a version`,
    ));
});
