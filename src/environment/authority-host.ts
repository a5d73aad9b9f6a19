import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";

const AUTHORITY_HOST_VARIABLE = "AZURE_AUTHORITY_HOST";

/**
 * Checks the Entra ID that the environment names, since the SDK's default chain of credentials passes over a bad one
 * in silence, and goes on with others than were meant.
 * @throws PluginError VALIDATION_ERROR that names the variable.
 */
export function checkAuthorityHost(environment: Readonly<Record<string, string | undefined>>): void {
  const value = environment[AUTHORITY_HOST_VARIABLE];
  if (value && !(URL.canParse(value) && new URL(value).protocol === "https:")) {
    throw validationError(
      `the environment variable ${AUTHORITY_HOST_VARIABLE} is ${showValue(value)}, which is not an https URL`,
      "set it to your cloud's Entra ID, such as https://login.microsoftonline.com, or unset it: the cloud of the " +
        "vault is used without it",
    );
  }
}
