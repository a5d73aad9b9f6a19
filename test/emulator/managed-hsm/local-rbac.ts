/** Who may do what in a managed HSM: its local RBAC, apart from Azure's own role assignments. */

import { hsmRoleOfName } from "../authorization/hsm-roles.ts";
import { createRoleAssignments } from "../authorization/role-assignments.ts";
import type { Clock } from "../clock.ts";
import type { AccessTokenClaims } from "../entra/access-token.ts";
import type { ManagedHsm, Permission } from "../types.ts";
import { VaultFault } from "../vault/errors.ts";

/** The grants of one managed HSM. */
export interface LocalRbac extends Pick<ManagedHsm, "assignRole" | "revoke"> {
  /** Throws a fault unless some role of the caller covers the permission on the key. */
  demand(permission: Permission, caller: AccessTokenClaims, keyName: string): void;
}

/** No grants at all: neither Azure's roles nor having made the HSM lets anyone use its keys. */
export function createLocalRbac(clock: Clock): LocalRbac {
  const assignments = createRoleAssignments(clock);
  return {
    assignRole({ objectId, kind }, roleName, scope = "/") {
      const principalType = kind === "user" ? "User" : "ServicePrincipal";
      assignments.add({ scope, role: hsmRoleOfName(roleName), principalId: objectId, principalType });
    },
    revoke({ objectId }) {
      assignments.remove(({ principalId }) => principalId === objectId);
    },
    demand(permission, { objectId }, keyName) {
      const operation = permission === "keys/get" ? "keys/read" : permission;
      const action = `Microsoft.KeyVault/managedHsm/${operation}/action`;
      const scope = `/keys/${keyName}`;
      if (!assignments.allows("dataActions", action, objectId, scope)) {
        throw accessDenied(action, scope);
      }
    },
  };
}

/**
 * Code and words as https://github.com/Azure/azure-cli/issues/32719 shows them of another action, on `/`; a vault has
 * AccessDenied one level below Forbidden. That issue does not show the status, which is taken to be a vault's.
 */
function accessDenied(action: string, scope: string): VaultFault {
  return new VaultFault(403, "AccessDenied", `Not authorized to access ${action} on ${scope}`);
}
