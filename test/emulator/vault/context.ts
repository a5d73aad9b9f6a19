/** What every operation of a vault works with. */
import type { Clock } from "../clock.ts";
import type { PathParameters, ServiceAnswer, ServiceRequest } from "../http/exchange.ts";
import type { Permission } from "../types.ts";
import type { Store } from "./store.ts";

/** What an operation works with, once the caller is known and may do it. */
export interface VaultContext {
  readonly request: ServiceRequest;
  readonly url: string;
  readonly store: Store;
  readonly clock: Clock;
}

/** One row of the table. The path's groups are `name` and `version`. */
export interface VaultRoute {
  readonly method: string;
  readonly path: RegExp;
  readonly permission: Permission;
  readonly answer: (
    context: VaultContext,
    parameters: PathParameters,
  ) => ServiceAnswer | Promise<ServiceAnswer>;
}
