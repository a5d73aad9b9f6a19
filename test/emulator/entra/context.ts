/** What every operation of Entra ID works with. */
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import type { ServiceRequest } from "../http/exchange.ts";
import type { TokenIssuer } from "./access-token.ts";
import type { Directory } from "./directory.ts";
import { EntraFault } from "./errors.ts";
import type { Sessions } from "./sessions.ts";

/** Entra ID's own state. */
export interface EntraState {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** The state, and who asks where. */
export interface EntraContext extends EntraState {
  readonly request: ServiceRequest;
  readonly cloud: Cloud;
}

/** The fields of a form. */
export interface Form {
  readonly fields: URLSearchParams;
  /** Throws a fault where the field is missing or empty. */
  required(name: string): string;
}

/** Reads an `application/x-www-form-urlencoded` body. */
export function readForm({ body }: ServiceRequest): Form {
  const fields = new URLSearchParams(body.toString("utf8"));
  return {
    fields,
    required(name) {
      const value = fields.get(name);
      if (value === null || value === "") {
        throw new EntraFault(900144, name);
      }
      return value;
    },
  };
}
