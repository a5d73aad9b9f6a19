import { validateCheckReport } from "../protocol/generated/check.report.js";
import type { CheckReport } from "../protocol/generated/validators.js";
import { encodeResponse } from "../protocol/response.ts";

/**
 * The report as a line of JSON, by schemas/check.report.schema.json.
 * @throws PluginError ERROR where it does not pass its schema, which is an error of this plugin.
 */
export function reportJson(report: CheckReport): string {
  return encodeResponse("check", validateCheckReport, report);
}
