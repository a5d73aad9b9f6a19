/** Who may do what in a vault, by either of Azure's two permission models. */
import type { AccessTokenClaims } from "../entra/access-token.ts";
import type { AccessPolicy, Permission, Principal, RoleName, VaultOptions } from "../types.ts";
import { forbidden, type ObjectKind, type VaultFault } from "./errors.ts";

/** The region that every vault of the emulator is in. */
export const REGION = "westeurope";

/**
 * The data actions of Azure's built-in roles, as far as they name what the emulator can do:
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security
 */
const ROLE_ACTIONS: Readonly<Record<RoleName, readonly string[]>> = {
  "Key Vault Certificate User": [
    "certificates/read",
    "secrets/getSecret/action",
    "secrets/readMetadata/action",
    "keys/read",
  ],
  "Key Vault Crypto User": [
    "keys/read",
    "keys/sign/action",
    "keys/verify/action",
    "keys/encrypt/action",
    "keys/decrypt/action",
  ],
  "Key Vault Secrets User": ["secrets/getSecret/action", "secrets/readMetadata/action"],
  "Key Vault Reader": ["*/read", "secrets/readMetadata/action"],
};

/** The data action behind each permission, below `Microsoft.KeyVault/vaults/`. */
const ACTIONS: Readonly<Record<Permission, string>> = {
  "certificates/get": "certificates/read",
  "secrets/get": "secrets/getSecret/action",
  "keys/get": "keys/read",
  "keys/sign": "keys/sign/action",
};

/** The grants of one vault. */
export interface Grants {
  setAccessPolicy(principal: Principal, policy: AccessPolicy): void;
  assignRole(principal: Principal, role: RoleName): void;
  revoke(principal: Principal): void;
  /** Throws a fault in the words of the permission model unless the caller holds the permission. */
  demand(permission: Permission, caller: AccessTokenClaims, objectName: string): void;
}

/** No grants at all: that is how a vault begins for everyone. */
export function createGrants(vaultName: string, model: VaultOptions["permissionModel"]): Grants {
  const policies = new Map<string, AccessPolicy>();
  const roles = new Map<string, Set<RoleName>>();
  return {
    setAccessPolicy({ objectId }, policy) {
      if (model === "rbac") throw new Error(`${vaultName} is governed by RBAC: it has no access policies`);
      policies.set(objectId, policy);
    },
    assignRole({ objectId }, role) {
      if (model !== "rbac")
        throw new Error(`${vaultName} is governed by access policies: it has no role assignments`);
      roles.set(objectId, (roles.get(objectId) ?? new Set()).add(role));
    },
    revoke({ objectId }) {
      policies.delete(objectId);
      roles.delete(objectId);
    },
    demand(permission, caller, objectName) {
      if (model === "rbac") {
        const held = [...(roles.get(caller.objectId) ?? [])].flatMap((role) => ROLE_ACTIONS[role]);
        if (held.some((action) => coversAction(action, ACTIONS[permission]))) return;
        throw forbiddenByRbac(permission, caller, vaultName, objectName);
      }
      const { kind, operation } = split(permission);
      const granted: readonly string[] = policies.get(caller.objectId)?.[kind] ?? [];
      if (!granted.includes(operation)) throw accessDenied(kind, operation, caller, vaultName);
    },
  };
}

/** Whether a role's data action, which may hold `*`, covers another. */
function coversAction(pattern: string, action: string): boolean {
  return pattern.startsWith("*/") ? action.endsWith(pattern.slice(1)) : pattern === action;
}

function split(permission: Permission): { readonly kind: ObjectKind; readonly operation: string } {
  const [kind = "", operation = ""] = permission.split("/");
  return { kind: kind as ObjectKind, operation };
}

function accessDenied(
  kind: ObjectKind,
  operation: string,
  caller: AccessTokenClaims,
  vault: string,
): VaultFault {
  return forbidden(
    "AccessDenied",
    `The user, group or application '${callerText(caller)}' does not have ${kind} ${operation} permission on key vault '${vault};location=${REGION}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
  );
}

function forbiddenByRbac(
  permission: Permission,
  caller: AccessTokenClaims,
  vault: string,
  objectName: string,
): VaultFault {
  const resource = `/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/emulator/providers/microsoft.keyvault/vaults/${vault.toLowerCase()}/${split(permission).kind}/${objectName.toLowerCase()}`;
  const lines = [
    "Caller is not authorized to perform action on resource.",
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
    `Caller: ${callerText(caller)}`,
    `Action: 'Microsoft.KeyVault/vaults/${ACTIONS[permission]}'`,
    `Resource: '${resource}'`,
    "Assignment: (not found)",
    "DenyAssignmentId: null",
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${vault};location=${REGION}`,
    "",
  ];
  return forbidden("ForbiddenByRbac", lines.join("\r\n"));
}

function callerText({ appId, objectId, issuer }: AccessTokenClaims): string {
  return `appid=${appId};oid=${objectId};iss=${issuer}`;
}
