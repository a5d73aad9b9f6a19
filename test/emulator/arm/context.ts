/** What every operation of Resource Manager works with. */
import type { RoleAssignments } from "../authorization/role-assignments.ts";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import type { AccessTokenClaims, TokenIssuer } from "../entra/access-token.ts";
import type { Directory } from "../entra/directory.ts";
import type { PathParameters, ServiceAnswer, ServiceRequest } from "../http/exchange.ts";
import type { ManagedHsmResource } from "../managed-hsm/index.ts";
import type { VaultResource } from "../vault/index.ts";
import { authorizationFailed } from "./errors.ts";

/** Resource Manager's own state, and what it shares with the servers of the resources. */
export interface ArmState {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
  readonly assignments: RoleAssignments;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** The vaults of every cloud and tenant. */
  readonly vaults: readonly VaultResource[];
  /** The managed HSMs of every cloud and tenant. */
  readonly hsms: readonly ManagedHsmResource[];
}

/** The state, and who asks for what. */
export interface ArmContext extends ArmState {
  readonly request: ServiceRequest;
  readonly cloud: Cloud;
  readonly caller: AccessTokenClaims;
}

/** One row of the table. Paths are matched whatever their case. */
export interface ArmRoute {
  readonly method: string;
  readonly path: RegExp;
  /** The action that the caller's roles must cover at the scope; none where each sees what is their own. */
  readonly action?: string;
  /** Over which id the action is. */
  readonly scope?: (context: ArmContext, parameters: PathParameters) => string;
  readonly answer: (context: ArmContext, parameters: PathParameters) => ServiceAnswer;
}

/** Throws AuthorizationFailed unless the caller's roles cover the action. */
export function demandAction(context: ArmContext, action: string, scope: string): void {
  const { caller, assignments, directory } = context;
  if (assignments.allows("actions", action, caller.objectId, scope)) {
    return;
  }
  const name = directory.byObjectId(caller.objectId)?.principal.userPrincipalName;
  throw authorizationFailed({ clientId: name ?? caller.appId, objectId: caller.objectId }, action, scope);
}

/** The subscription's id as a scope. */
export function subscriptionScope({ subscriptionId }: Pick<ArmState, "subscriptionId">): string {
  return `/subscriptions/${subscriptionId}`;
}
