import { withoutSecrets } from "../error/redact.ts";
import { asPluginError } from "../error/unexpected-error.ts";
import { log } from "../log/log.ts";
import { encodeError } from "../protocol/error-response.ts";

/** Whatever was thrown as the text for stderr: for Notation one JSON object, for a person a sentence; without secrets. */
export function errorText(
  thrown: unknown,
  forPeople: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const error = withoutSecrets(asPluginError(thrown), environment);
  const json = encodeError(error);
  log("error", json);
  return forPeople ? `Error: ${error.message}\n` : json;
}
