import { describe, expect, test } from "bun:test";
import { type ErrorCode, PluginError } from "../../src/error/plugin-error.ts";
import { callVault, checkVersion } from "../../src/vault/call.ts";
import type { VaultOperation } from "../../src/vault/operation.ts";
import { vaultError } from "../../src/vault/vault-error.ts";
import { expectError } from "./expect-error.ts";

const version = "0123456789abcdef0123456789abcdef";
const key = { vaultUrl: "https://myvault.vault.azure.net", name: "my-cert", version };
const objectId = "76a95e18-9029-4754-9a41-24635ecec2f1";

/** An error as the SDK's clients throw it: seen with keyvault-keys 4.10, -certificates 4.10, -secrets 4.12. */
function restError(statusCode: number, code: string, message: string, innerCode?: string): Error {
  const error = { code, message, ...(innerCode !== undefined && { innerError: { code: innerCode } }) };
  const headers = new Headers({ "x-ms-request-id": "request-1" });
  return Object.assign(new Error(message), { statusCode, code, details: { error }, response: { headers } });
}

const denied = `The user, group or application 'appid=1;oid=${objectId};iss=x' does not have the permission. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=1`;

describe("a failure of the service", () => {
  const table: readonly [string, VaultOperation, Error, ErrorCode, readonly (string | RegExp)[]][] = [
    [
      "secrets get missing in the access policy",
      "secrets get",
      restError(403, "Forbidden", denied, "AccessDenied"),
      "ACCESS_DENIED",
      [
        'cannot read secret "my-cert" version 0123456789abcdef0123456789abcdef in https://myvault.vault.azure.net: 403 AccessDenied: ',
        `\nFix: grant secrets get: \`az keyvault set-policy --name myvault --object-id ${objectId} --secret-permissions get\` (this replaces what the principal may do with secrets:`,
        "ca_certs=<file",
      ],
    ],
    [
      "keys sign missing in the access policy",
      "keys sign",
      restError(403, "Forbidden", denied, "AccessDenied"),
      "ACCESS_DENIED",
      [
        /cannot sign with key "my-cert".*403 AccessDenied/,
        /--key-permissions sign` \(this replaces what the principal may do with keys: name there what else it needs\)$/,
      ],
    ],
    [
      "the role for certificates missing",
      "certificates get",
      restError(
        403,
        "Forbidden",
        `Caller is not authorized to perform action on resource. Caller: appid=1;oid=${objectId}`,
        "ForbiddenByRbac",
      ),
      "ACCESS_DENIED",
      [
        'az role assignment create --role "Key Vault Certificate User"',
        `--assignee ${objectId} --scope $(az keyvault show --name myvault --query id --output tsv)`,
      ],
    ],
    [
      "the role for signing missing",
      "keys sign",
      restError(403, "Forbidden", "Caller is not authorized", "ForbiddenByRbac"),
      "ACCESS_DENIED",
      ['--role "Key Vault Crypto User"', "--assignee <object id>"],
    ],
    [
      "the firewall",
      "keys sign",
      restError(403, "Forbidden", "Client address is not authorized", "ForbiddenByFirewall"),
      "ACCESS_DENIED",
      ["az keyvault network-rule add --name myvault"],
    ],
    [
      "another tenant",
      "keys sign",
      restError(401, "Unauthorized", "AKV10032: Invalid issuer."),
      "ACCESS_DENIED",
      ["AKV10032", "tenant"],
    ],
    [
      "no such object",
      "certificates get",
      restError(404, "CertificateNotFound", "not found"),
      "VALIDATION_ERROR",
      ["az keyvault certificate show --vault-name myvault --name my-cert --query kid"],
    ],
    [
      "a bad parameter",
      "keys sign",
      restError(400, "BadParameter", "no"),
      "VALIDATION_ERROR",
      ["400 BadParameter: no"],
    ],
    ["throttling", "keys sign", restError(429, "Throttled", "too many"), "THROTTLED", ["429 Throttled"]],
    [
      "a fault of the service",
      "keys sign",
      restError(503, "ServiceUnavailable", "later"),
      "ERROR",
      ["503 ServiceUnavailable: later"],
    ],
    [
      "a disabled secret",
      "secrets get",
      restError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"),
      "ACCESS_DENIED",
      [`set-attributes --vault-name myvault --name my-cert --version ${version} --enabled true`],
    ],
    [
      "an expired key",
      "keys sign",
      restError(
        403,
        "Forbidden",
        "Operation sign is not allowed on an expired key.",
        "KeyOperationForbidden",
      ),
      "ACCESS_DENIED",
      [`certificate show --vault-name myvault --name my-cert --version ${version} --query attributes`],
    ],
    [
      "a certificate that a proxy made",
      "keys sign",
      Object.assign(new Error("self-signed certificate in certificate chain"), {
        code: "SELF_SIGNED_CERT_IN_CHAIN",
      }),
      "ERROR",
      ["self-signed certificate in certificate chain", "NODE_EXTRA_CA_CERTS"],
    ],
    [
      "no such proxy",
      "keys sign",
      Object.assign(new Error("getaddrinfo ENOTFOUND proxy.corp"), { code: "ENOTFOUND" }),
      "ERROR",
      ["proxy.corp", "the proxy if HTTPS_PROXY names one"],
    ],
    [
      "a host that is no vault",
      "keys sign",
      new Error("The challenge resource 'vault.azure.net' does not match the requested domain."),
      "ERROR",
      ["the host asks for a token that is not meant for it, so it got none"],
    ],
    [
      "a page of a gateway",
      "keys sign",
      Object.assign(new Error("Unexpected status code: 403"), {
        statusCode: 403,
        response: { headers: new Headers() },
      }),
      "ACCESS_DENIED",
      [": 403: the answer is not one of Azure Key Vault's"],
    ],
    [
      "no such host",
      "secrets get",
      Object.assign(new Error("getaddrinfo ENOTFOUND myvault.vault.azure.net"), { code: "ENOTFOUND" }),
      "ERROR",
      ["ENOTFOUND", "check the vault's name"],
    ],
    [
      "an answer that is not the service's",
      "secrets get",
      new TypeError("undefined is not an object"),
      "ERROR",
      ["not one of Azure Key Vault's"],
    ],
  ];
  test.each(table)("%s", async (_what, operation, error, code, texts) => {
    await expectError(() => callVault(operation, key, () => Promise.reject(error)), code, ...texts);
  });

  test("keeps what a program may want to know, and drops the service's link", () => {
    const { metadata, message } = vaultError(
      "secrets get",
      key,
      restError(403, "Forbidden", denied, "AccessDenied"),
    );
    expect(metadata).toEqual({ status: "403", serviceCode: "AccessDenied", requestId: "request-1" });
    expect(message).not.toContain("go.microsoft.com");
  });

  test.each([
    ["with a status", { statusCode: 200, response: { headers: new Headers() } }],
    ["without a status", { response: { headers: new Headers() } }],
    ["without an answer", {}],
  ])("never shows a body that could not be parsed: %s", (_what, shape) => {
    const body = '{"value":"-----BEGIN PRIVATE KEY-----MIGHAgEA"}<!-- gateway -->';
    const message = `Error "SyntaxError" occurred while parsing the response body - ${body}`;
    const parseError = Object.assign(new Error(message), { code: "PARSE_ERROR", ...shape });
    for (const error of [parseError, new SyntaxError(message)]) {
      expect(JSON.stringify(vaultError("secrets get", key, error))).not.toContain("PRIVATE KEY");
      expect(vaultError("secrets get", key, error).message).toContain("not one of Azure Key Vault's");
    }
  });

  test("that is told already is not wrapped again", async () => {
    const told = new PluginError("TIMEOUT", "told");
    const thrown = await callVault("keys sign", key, () => Promise.reject(told)).catch(
      (error: unknown) => error,
    );
    expect(thrown).toBe(told);
  });
});

describe("the version in the vault's answer", () => {
  test("is taken when it is the one that was asked for, or none was", () => {
    expect(checkVersion("secrets get", key, version.toUpperCase())).toBe(version);
    expect(checkVersion("secrets get", { ...key, version: undefined }, version)).toBe(version);
  });

  test("is refused when it is another", () =>
    expectError(
      () => checkVersion("certificates get", key, "f".repeat(32)),
      "VALIDATION_ERROR",
      `asked for version ${version} of certificate "my-cert" and answered with version ${"f".repeat(32)}`,
      "az keyvault certificate show --vault-name myvault --name my-cert --query kid",
    ));

  test("is an error when it is missing", () =>
    expectError(
      () => checkVersion("secrets get", key, undefined),
      "ERROR",
      "answered without the version of secret",
    ));
});
