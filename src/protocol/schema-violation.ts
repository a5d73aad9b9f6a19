import type { ErrorObject } from "ajv";
import { showValue } from "../error/show-value.ts";

const EXPECTATION_BY_KEYWORD: Readonly<
  Record<string, (params: Readonly<Record<string, unknown>>) => string>
> = {
  const: (params) => showValue(params["allowedValue"]),
  enum: (params) =>
    Array.isArray(params["allowedValues"]) ? `one of ${params["allowedValues"].join(", ")}` : "a known value",
  type: (params) => `${params["type"] === "object" ? "a JSON object" : `a ${String(params["type"])}`}`,
  minLength: () => "a text that is not empty",
  pattern: (params) => `a text like ${String(params["pattern"])}`,
};

/**
 * One violation of a schema as a sentence that names the field, what was expected and what was there.
 * The value is shown only for fields that the schema knows and whose type fits: a plugin config may hold
 * other tools' secrets.
 */
export function describeViolation(violation: ErrorObject, data: unknown): string {
  const path = violation.instancePath.split("/").slice(1);
  if (violation.keyword === "required") {
    return `${fieldName([...path, String(violation.params["missingProperty"])])} is missing`;
  }
  if (violation.keyword === "additionalProperties") {
    return `${fieldName([...path, String(violation.params["additionalProperty"])])} is not known`;
  }
  const expectation = EXPECTATION_BY_KEYWORD[violation.keyword]?.(violation.params) ?? violation.message;
  const value = path.reduce<unknown>(memberOf, data);
  const shown = violation.keyword === "type" ? `is ${typeName(value)}` : `is ${showValue(value)}`;
  return `${fieldName(path)} ${shown}, expected ${expectation}`;
}

function fieldName(path: readonly string[]): string {
  return path.length === 0 ? "the request" : `"${path.join(".")}"`;
}

function memberOf(parent: unknown, key: string): unknown {
  return typeof parent === "object" && parent !== null
    ? Object.entries(parent).find(([k]) => k === key)?.[1]
    : undefined;
}

/** What kind of JSON value it is, in a sentence. */
export function typeName(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "an array" : `a JSON ${typeof value}`;
}
