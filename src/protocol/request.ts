import { PluginError, validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import type { Validator } from "./generated/validators.js";
import { describeViolation, typeName } from "./schema-violation.ts";

/** The versions of the plugin contract that this plugin speaks. */
export const SUPPORTED_CONTRACT_VERSIONS = ["1.0"];

/**
 * The JSON value that stdin holds: one JSON object in UTF-8, on as many lines as it likes, with or without a
 * byte order mark (RFC 8259, section 8.1, lets a parser ignore it).
 * @throws PluginError VALIDATION_ERROR for empty input, invalid UTF-8, anything that is not a JSON object.
 */
export function parseRequestJson(bytes: Uint8Array): object {
  const text = decodeUtf8(bytes);
  if (text.trim() === "") {
    throw validationError("stdin is empty; expected the request as one JSON object");
  }
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw validationError(`stdin holds ${typeName(value)}; expected the request as one JSON object`);
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw validationError("stdin is not valid UTF-8; expected the request as one JSON object in UTF-8");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the runtime's own words: they quote what is there, which may be another tool's secret.
    throw validationError(
      `stdin is not valid JSON (${text.length} characters); expected the request as one JSON object`,
    );
  }
}

/**
 * The request as its schema's type. A contract version that is not spoken here is told before anything else:
 * the other fields of such a request may mean something else.
 * @throws PluginError UNSUPPORTED_CONTRACT_VERSION, or VALIDATION_ERROR naming the field and what was expected.
 */
export function checkRequest<T>(command: string, validate: Validator<T>, request: object): T {
  checkContractVersion(request);
  if (validate(request)) {
    return request;
  }
  const violations = (validate.errors ?? []).map((violation) => describeViolation(violation, request));
  throw validationError(`invalid ${command} request: ${violations.join("; ")}`);
}

function checkContractVersion(request: object): void {
  const version: unknown = "contractVersion" in request ? request.contractVersion : undefined;
  if (typeof version === "string" && version !== "" && !SUPPORTED_CONTRACT_VERSIONS.includes(version)) {
    throw new PluginError(
      "UNSUPPORTED_CONTRACT_VERSION",
      `contract version ${showValue(version)} is not supported; this plugin supports ${SUPPORTED_CONTRACT_VERSIONS.join(", ")}`,
    );
  }
}
