/** Entra ID's errors: the OAuth 2.0 error (RFC 6749, section 5.2) with Microsoft's AADSTS code and fields. */
import type { Clock } from "../clock.ts";
import type { ServiceAnswer, ServiceRequest } from "../http/exchange.ts";
import { errorBody } from "./error-body.ts";

interface EntraError {
  readonly status: number;
  readonly error: string;
  /** What stands after `AADSTS<code>: `; `{0}`, `{1}` are filled in. */
  readonly text: string;
}

/** By AADSTS code, as the token endpoint answers. */
const ERRORS = {
  50027: { status: 400, error: "invalid_request", text: "JWT token is invalid or malformed." },
  50173: {
    status: 400,
    error: "invalid_grant",
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{0}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{1}'.",
  },
  54005: {
    status: 400,
    error: "invalid_grant",
    text: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  },
  70003: {
    status: 400,
    error: "unsupported_grant_type",
    text: "The app requested an unsupported grant type '{0}'.",
  },
  70011: {
    status: 400,
    error: "invalid_scope",
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
  },
  70016: {
    status: 400,
    error: "authorization_pending",
    text: "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  },
  70019: {
    status: 400,
    error: "expired_token",
    text: "Verification code expired. Have the user retry the sign-in.",
  },
  90002: {
    status: 400,
    error: "invalid_request",
    text: "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  500011: {
    status: 400,
    error: "invalid_resource",
    text: "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    text: "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700021: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700023: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700024: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry time of assertion {2}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700027: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion contains an invalid signature. [Reason - {0}, Thumbprint of key used by client: '{1}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{2}'.]",
  },
  700082: {
    status: 400,
    error: "invalid_grant",
    text: "The refresh token has expired due to inactivity. The token was issued on {0} and was inactive for 90.00:00:00.",
  },
  700211: {
    status: 401,
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion issuer '{0}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  700212: {
    status: 401,
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion audience '{0}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  700213: {
    status: 401,
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion subject '{0}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  900144: {
    status: 400,
    error: "invalid_request",
    text: "The request body must contain the following parameter: '{0}'.",
  },
  1002012: {
    status: 400,
    error: "invalid_scope",
    text: "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
  // https://github.com/Worklytics/psoxy/pull/74 shows all but the status, which RFC 6749 leaves at 400.
  7000112: { status: 400, error: "unauthorized_client", text: "Application '{0}'({1}) is disabled." },
  7000215: {
    status: 401,
    error: "invalid_client",
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'.",
  },
  7000218: {
    status: 401,
    error: "invalid_client",
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  9002313: {
    status: 400,
    error: "invalid_grant",
    text: "Invalid request. Request is malformed or invalid.",
  },
} as const satisfies Record<number, EntraError>;

/** The codes that the emulator knows. */
export type EntraErrorCode = keyof typeof ERRORS;

/** Thrown by whoever finds the fault; the token endpoint answers with it. */
export class EntraFault extends Error {
  readonly code: EntraErrorCode;
  readonly values: readonly string[];

  constructor(code: EntraErrorCode, ...values: readonly string[]) {
    super(`AADSTS${code}`);
    this.code = code;
    this.values = values;
  }
}

/** OAuth's code of an error that the emulator knows; undefined for any other number. */
export function oauthErrorOf(code: number): string | undefined {
  return Object.entries(ERRORS).find(([known]) => Number(known) === code)?.[1].error;
}

/** The answer for a fault. `error` replaces the table's OAuth code where an endpoint has its own. */
export function entraErrorAnswer(
  fault: EntraFault,
  { request, clock }: { readonly request: Pick<ServiceRequest, "headers">; readonly clock: Clock },
  error: string = ERRORS[fault.code].error,
): ServiceAnswer {
  const { code, values } = fault;
  const { status, text } = ERRORS[code];
  const said = text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? "");
  const requested = request.headers["client-request-id"];
  const correlationId = typeof requested === "string" ? requested : undefined;
  const body = errorBody({ code, error, text: said, date: clock.date(), correlationId });
  return { status, errorCode: `AADSTS${code}`, body };
}
