/** Key Vault's errors: `{"error":{"code","message","innererror"?}}`, in the words of the service. */
import type { ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";

/** The three kinds of object in a vault, as paths and permissions name them. */
export type ObjectKind = "certificates" | "keys" | "secrets";

/** A fault that a vault answers with: some have a code below the code, or headers of their own. */
export class VaultFault extends ServiceFault {
  readonly innerCode: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    innerCode?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(status, code, message);
    this.innerCode = innerCode;
    this.headers = headers;
  }
}

/** 401: no token, or one that the vault does not take. */
export function unauthorized(message: string): VaultFault {
  return new VaultFault(401, "Unauthorized", message);
}

/** 400: the request makes no sense to the service. */
export function badParameter(message: string): VaultFault {
  return new VaultFault(400, "BadParameter", message);
}

/** 405: the path exists, the method does not. */
export function methodNotAllowed(method: string): VaultFault {
  return new VaultFault(405, "BadParameter", `Method ${method} does not allow operation ''`);
}

/** 403, inner code telling why. */
export function forbidden(innerCode: string, message: string): VaultFault {
  return new VaultFault(403, "Forbidden", message, innerCode);
}

const NAMES = {
  certificates: { code: "CertificateNotFound", noun: "certificate" },
  keys: { code: "KeyNotFound", noun: "key" },
  secrets: { code: "SecretNotFound", noun: "secret" },
} as const;

/** 404: no object of that name, or no such version of it. `id` is the name, with the version where asked for. */
export function notFound(kind: ObjectKind, id: string): VaultFault {
  const { code, noun } = NAMES[kind];
  const message = `A ${noun} with (name/id) ${id} was not found in this key vault. If you recently deleted this ${noun} you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`;
  return new VaultFault(404, code, message);
}

/** The fault as an answer. */
export function faultAnswer({ status, code, message, innerCode, headers }: VaultFault): ServiceAnswer {
  const inner = innerCode === undefined ? {} : { innererror: { code: innerCode } };
  return { status, headers, errorCode: code, body: { error: { code, message, ...inner } } };
}
