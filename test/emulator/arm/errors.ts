/** Resource Manager's errors: `{"error":{"code","message"}}`. */
import type { ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";

/** 403: the caller's roles do not cover the action. */
export function authorizationFailed(
  caller: { readonly clientId: string; readonly objectId: string },
  action: string,
  scope: string,
): ServiceFault {
  return new ServiceFault(
    403,
    "AuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** 400: a body that is not what the operation takes. */
export function invalidRequestContent(message: string): ServiceFault {
  return new ServiceFault(400, "InvalidRequestContent", `The request content was invalid: ${message}`);
}

/** The fault as an answer. */
export function armFaultAnswer({ status, code, message }: ServiceFault): ServiceAnswer {
  return { status, errorCode: code, body: { error: { code, message } } };
}
