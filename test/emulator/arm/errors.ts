/** Resource Manager's errors: `{"error":{"code","message"}}`. */
import type { ServiceAnswer } from "../http/exchange.ts";

/** Thrown by whoever finds the fault; Resource Manager answers with it. */
export class ArmFault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** 403: the caller's roles do not cover the action. */
export function authorizationFailed(
  caller: { readonly clientId: string; readonly objectId: string },
  action: string,
  scope: string,
): ArmFault {
  return new ArmFault(
    403,
    "AuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** 400: a body that is not what the operation takes. */
export function invalidRequestContent(message: string): ArmFault {
  return new ArmFault(400, "InvalidRequestContent", `The request content was invalid: ${message}`);
}

/** The fault as an answer. */
export function armFaultAnswer({ status, code, message }: ArmFault): ServiceAnswer {
  return { status, errorCode: code, body: { error: { code, message } } };
}
