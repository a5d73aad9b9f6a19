/** Errors of Entra ID that no request to the emulator leads to: for tests that inject them. */
import { errorBody } from "./error-body.ts";
import { oauthErrorOf } from "./errors.ts";

/** OAuth's code of errors that the emulator itself never answers with. */
const OAUTH_ERRORS: Readonly<Record<string, readonly number[]>> = {
  invalid_client: [50012, 700022, 700025, 700030, 7000214, 7000216, 7000222],
  invalid_grant: [
    50034, 50053, 50055, 50057, 50076, 50079, 50126, 53003, 65001, 70000, 70008, 700084, 530003,
  ],
  invalid_resource: [50001, 500014],
  temporarily_unavailable: [90006, 90024, 90033],
  unauthorized_client: [50011, 70001, 700051, 700054],
  server_error: [50000],
};

/**
 * The body of the token endpoint's answer with any AADSTS code. `description` is what follows `AADSTS<code>: `, with or
 * without that, up to the trace id. OAuth's code is `invalid_request` where the tables do not know the number.
 */
export function entraErrorBody(code: number, description: string): object {
  const [injected] = Object.entries(OAUTH_ERRORS).find(([, codes]) => codes.includes(code)) ?? [];
  const error = oauthErrorOf(code) ?? injected ?? "invalid_request";
  const text = description.replace(new RegExp(`^AADSTS${code}: *`), "");
  return errorBody({ code, error, text, date: new Date() });
}
