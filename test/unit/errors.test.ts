import { describe, expect, test } from "bun:test";
import { credentialError } from "../../src/credential/credential-error.ts";
import { PluginError } from "../../src/error/plugin-error.ts";
import { settleTogether } from "../../src/error/settle-together.ts";
import { asPluginError } from "../../src/error/unexpected-error.ts";
import { encodeError } from "../../src/protocol/response.ts";
import { expectError } from "./expect-error.ts";

describe("an error on stderr", () => {
  test("is one JSON object: code, message, metadata if there is any", () => {
    const error = new PluginError("THROTTLED", "too much", { fix: "wait", metadata: { status: "429" } });
    expect(JSON.parse(encodeError(error))).toEqual({
      errorCode: "THROTTLED",
      errorMessage: "too much\nFix: wait",
      errorMetadata: { status: "429" },
    });
    expect(JSON.parse(encodeError(new PluginError("ERROR", "x")))).toEqual({
      errorCode: "ERROR",
      errorMessage: "x",
    });
  });

  test.each([
    [
      "an error",
      new TypeError("x is undefined"),
      "unexpected failure in notation-azure-kv: TypeError: x is undefined",
    ],
    ["a text", "a text", "unexpected failure in notation-azure-kv: a text"],
    ["nothing", undefined, "unexpected failure in notation-azure-kv: undefined"],
  ])("is made of whatever was thrown: %s", (_what, thrown, message) => {
    expect(asPluginError(thrown)).toMatchObject({ code: "ERROR", message });
  });
});

describe("two calls at once", () => {
  const denied = (what: string) =>
    Promise.reject(new PluginError("ACCESS_DENIED", what, { metadata: { what } }));

  test("give both results", async () => {
    expect(await settleTogether(Promise.resolve(1), Promise.resolve("a"))).toEqual([1, "a"]);
  });

  test("that both lack a permission are told together, with the first one's metadata", async () => {
    const error = await settleTogether(denied("no secrets get"), denied("no keys sign")).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: "ACCESS_DENIED",
      message: "no secrets get\nAlso: no keys sign",
      metadata: { what: "no secrets get" },
    });
  });

  test("that fail alike are told once", () =>
    expectError(() => settleTogether(denied("no token"), denied("no token")), "ACCESS_DENIED", /^no token$/));

  test("of which one fails are told by it", () =>
    expectError(
      () => settleTogether(Promise.resolve(1), denied("no keys sign")),
      "ACCESS_DENIED",
      /^no keys sign$/,
    ));

  test("that fail differently are told by the first", () =>
    expectError(
      () =>
        settleTogether(
          Promise.reject(new PluginError("VALIDATION_ERROR", "no chain")),
          denied("no keys sign"),
        ),
      "VALIDATION_ERROR",
      /^no chain$/,
    ));
});

describe("a credential that gives no token", () => {
  test("is told by Entra ID's own sentence", () => {
    const message =
      "EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/x. Status code: 400\n" +
      "More details:\ninvalid_client: Error(s): 7000215 - Description: AADSTS7000215: Invalid client secret provided. " +
      "Trace ID: 1 Correlation ID: 2";
    expect(credentialError("environment", new Error(message))).toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringMatching(
        /^credential_type=environment gave no access token for Azure Key Vault: AADSTS7000215: Invalid client secret provided\.\nFix: correct the service principal/,
      ),
      metadata: { credentialType: "environment" },
    });
  });

  const heading =
    "EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/x. Status code: 400\nMore details:\n";
  test.each([
    [
      `${heading}ENOENT: no such file or directory, open '/none.pem'`,
      "ENOENT: no such file or directory, open '/none.pem'",
      "set AZURE_TENANT_ID",
    ],
    [
      `${heading}The file at the specified path does not contain a PEM-encoded certificate.`,
      "does not contain a PEM-encoded certificate.",
      "set AZURE_TENANT_ID",
    ],
    [
      `${heading}invalid_request: Error(s): 90002 - Timestamp: t - Description: AADSTS90002: Tenant 'x' not found. Trace ID: 1 - Correlation ID: 2 - Trace ID: 1,`,
      "AADSTS90002: Tenant 'x' not found.",
      "correct the service principal",
    ],
    [
      `${heading}The current credential is not configured to acquire tokens for tenant 22. To enable acquiring tokens, add it.`,
      "not configured to acquire tokens for tenant 22.",
      "set AZURE_TENANT_ID to the vault's tenant",
    ],
    [
      "ManagedIdentityCredential: Authentication failed. Message invalid_request: Error(s): Not Available - Description: Identity not found - Correlation ID: Not Available",
      ": Identity not found\n",
      "set AZURE_TENANT_ID",
    ],
  ])("is told by its cause, with a fix for it: %#", (message, cause, fix) => {
    const error = credentialError("environment", new Error(message));
    expect(error.message).toContain(cause);
    expect(error.message).toContain(`\nFix: ${fix}`);
  });

  test("in the default chain is told with all that were tried", () => {
    const tried = [
      "EnvironmentCredential is unavailable. To troubleshoot, visit https://x.",
      "Error: run az login",
    ];
    const error = Object.assign(new Error("none"), { errors: tried.map((message) => new Error(message)) });
    expect(credentialError("default", error).message).toBe(
      "the default credential chain gave no access token for Azure Key Vault:\n- EnvironmentCredential is unavailable.\n" +
        "- run az login\nFix: run `az login`, or choose the credential by plugin config " +
        "credential_type=environment|workloadid|managedid|azurecli",
    );
  });
});
