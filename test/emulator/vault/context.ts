/** What every operation of a vault or a managed HSM works with. */
import type { Clock } from "../clock.ts";
import type { Route, ServiceRequest } from "../http/exchange.ts";
import type { Permission } from "../types.ts";
import type { KeyFinder } from "./key-store.ts";
import type { Store } from "./store.ts";

/** What an operation on keys works with, once the caller is known and may do it. */
export interface KeyContext {
  readonly request: ServiceRequest;
  readonly keys: KeyFinder;
  readonly clock: Clock;
}

/** What any operation of a vault works with. */
export interface VaultContext extends KeyContext {
  readonly url: string;
  readonly store: Store;
}

/** One row of a table. The path's groups are `name` and `version`. */
export interface GuardedRoute<Context> extends Route<Context> {
  readonly permission: Permission;
}

/** A row that a vault and a managed HSM share. */
export type KeyRoute = GuardedRoute<KeyContext>;

/** A row of a vault's table. */
export type VaultRoute = GuardedRoute<VaultContext>;
