import { describe, expect, test } from "bun:test";
import { decodeBase64 } from "../../src/protocol/base64.ts";
import {
  validateDescribeKeyRequest,
  validateDescribeKeyResponse,
  validateGenerateSignatureRequest,
  validateGetPluginMetadataRequest,
} from "../../src/protocol/generated/validators.js";
import { checkRequest, parseRequestJson } from "../../src/protocol/request.ts";
import { encodeResponse } from "../../src/protocol/response.ts";
import { expectError } from "./expect-error.ts";

describe("stdin", () => {
  test.each([
    ["on one line", '{"a":"ä"}'],
    ["pretty-printed, CRLF, no final newline", '{\r\n  "a":\r\n "ä"\r\n}'],
    ["with a byte order mark", '\ufeff{"a":"ä"}\n'],
  ])("%s is one JSON object", (_form, text) => {
    expect(parseRequestJson(Buffer.from(text))).toEqual({ a: "ä" });
  });

  test.each([
    ["nothing", Buffer.alloc(0), /stdin is empty/],
    ["white space", Buffer.from(" \n"), /stdin is empty/],
    ["a cut object", Buffer.from('{"a":'), /not valid JSON/],
    ["what is no JSON", Buffer.from("a secret"), /^stdin is not valid JSON \(8 characters\); (?!.*a secret)/],
    ["two objects", Buffer.from("{}{}"), /not valid JSON/],
    ["an array", Buffer.from("[1]"), /stdin holds an array; expected/],
    ["null", Buffer.from("null"), /stdin holds null; expected/],
    ["a text", Buffer.from('"a secret"'), /^stdin holds a JSON string; expected(?!.*a secret)/],
    ["invalid UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /not valid UTF-8/],
  ])("%s is refused", async (_what, bytes, message) => {
    await expectError(() => parseRequestJson(bytes), "VALIDATION_ERROR", message);
  });
});

describe("a request", () => {
  const describeKey = { contractVersion: "1.0", keyId: "k" };
  const generateSignature = { ...describeKey, keySpec: "EC-256", hashAlgorithm: "SHA-256", payload: "AA==" };

  test("with attributes that a newer contract may add passes", () => {
    const request = { ...describeKey, later: { any: 1 }, pluginConfig: { other: "x", further: 1 } };
    expect(checkRequest<object>("describe-key", validateDescribeKeyRequest, request)).toBe(request);
    expect(checkRequest<object>("get-plugin-metadata", validateGetPluginMetadataRequest, { x: 1 })).toEqual({
      x: 1,
    });
  });

  test.each([
    [{ keyId: "k" }, ['"contractVersion" is missing']],
    [{ contractVersion: 1, keyId: "k" }, ['"contractVersion" is 1, expected "1.0"']],
    [{ contractVersion: "", keyId: "k" }, ['"contractVersion" is "", expected "1.0"']],
    [{ contractVersion: "1.0" }, ['"keyId" is missing']],
    [{ ...describeKey, keyId: "" }, ['"keyId" is "", expected a text that is not empty']],
    [{ ...describeKey, keyId: 7 }, ['"keyId" is a JSON number, expected a string']],
    [{ ...describeKey, keyId: null }, ['"keyId" is null, expected a string']],
    [{ ...describeKey, pluginConfig: [] }, ['"pluginConfig" is an array, expected a JSON object']],
    [{ ...describeKey, pluginConfig: { ca_certs: "" } }, ['"pluginConfig.ca_certs" is ""']],
    [{}, ['"contractVersion" is missing', '"keyId" is missing']],
  ])("%j is refused and every fault is named", async (request, messages) => {
    await expectError(
      () => checkRequest("describe-key", validateDescribeKeyRequest, request),
      "VALIDATION_ERROR",
      "invalid describe-key request: ",
      ...messages,
    );
  });

  test.each([
    [{ keySpec: "RSA-1024" }, '"keySpec" is "RSA-1024", expected one of RSA-2048, RSA-3072'],
    [{ hashAlgorithm: "SHA-1" }, '"hashAlgorithm" is "SHA-1", expected one of SHA-256, SHA-384, SHA-512'],
    [{ payload: "" }, '"payload" is ""'],
  ])("generate-signature with %j is refused", async (change, message) => {
    await expectError(
      () =>
        checkRequest("generate-signature", validateGenerateSignatureRequest, {
          ...generateSignature,
          ...change,
        }),
      "VALIDATION_ERROR",
      message,
    );
  });

  test("of another contract version is told so before anything else", () =>
    expectError(
      () => checkRequest("describe-key", validateDescribeKeyRequest, { contractVersion: "2.0" }),
      "UNSUPPORTED_CONTRACT_VERSION",
      'contract version "2.0" is not supported; this plugin supports 1.0',
    ));

  test("shows a long value cut", () =>
    expectError(
      () =>
        checkRequest("generate-signature", validateGenerateSignatureRequest, {
          ...generateSignature,
          keySpec: "x".repeat(10_000),
        }),
      "VALIDATION_ERROR",
      /^.{0,300}$/,
    ));
});

test("a response that breaks the contract is never sent", () =>
  expectError(
    () =>
      encodeResponse<unknown>(
        "describe-key",
        Object.assign((x: unknown): x is unknown => validateDescribeKeyResponse(x)),
        {
          keyId: "k",
          keySpec: "EC-256",
          extra: 1,
        },
      ),
    "ERROR",
    "breaks the plugin contract",
  ));

test.each(["AA=", "AA", "A-_A", "AA==\n", "AB==", "A=A="])("%j is not canonical base64", (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
