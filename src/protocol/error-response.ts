import type { PluginError } from "../error/plugin-error.ts";
import { validateErrorResponse } from "./generated/error.response.js";
import type { ErrorResponse } from "./generated/validators.js";
import { encodeResponse } from "./response.ts";

/** The one JSON object for stderr; `errorMetadata` is left out when there is none. */
export function encodeError(error: PluginError): string {
  const response: ErrorResponse = {
    errorCode: error.code,
    errorMessage: error.message,
    ...(Object.keys(error.metadata).length > 0 ? { errorMetadata: { ...error.metadata } } : {}),
  };
  return encodeResponse("error", validateErrorResponse, response);
}
