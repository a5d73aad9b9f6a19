/** Who may do what in a vault, by either of Azure's two permission models. */
import type { RoleAssignments } from "../authorization/role-assignments.ts";
import { roleOfName } from "../authorization/roles.ts";
import type { AccessTokenClaims } from "../entra/access-token.ts";
import type { AccessPolicy, Permission, Principal, RoleName } from "../types.ts";
import { forbidden, type ObjectKind, type VaultFault } from "./errors.ts";

/** The region that every vault of the emulator is in. */
export const REGION = "westeurope";

/** The data action behind each permission, below `Microsoft.KeyVault/vaults/`. */
const ACTIONS: Readonly<Record<Permission, string>> = {
  "certificates/create": "certificates/create/action",
  "certificates/delete": "certificates/delete",
  "certificates/get": "certificates/read",
  "certificates/import": "certificates/import/action",
  "certificates/list": "certificates/read",
  "secrets/get": "secrets/getSecret/action",
  "keys/get": "keys/read",
  "keys/sign": "keys/sign/action",
};

/** What a vault's grants need to know of it. */
export interface GovernedVault {
  readonly name: string;
  /** The resource's id. */
  readonly id: string;
  readonly permissionModel: "access-policy" | "rbac";
}

/** The permissions of one access policy, in lower case; Resource Manager knows more of them than the emulator serves. */
export type PolicyPermissions = Readonly<Record<"keys" | "secrets" | "certificates", readonly string[]>>;

/** The grants of one vault. */
export interface Grants {
  setAccessPolicy(principal: Principal, policy: AccessPolicy): void;
  assignRole(principal: Principal, role: RoleName): void;
  revoke(principal: Principal): void;
  /** The access policies by object id. */
  readonly policies: Map<string, PolicyPermissions>;
  /** Throws a fault in the words of the permission model unless the caller holds the permission. */
  demand(permission: Permission, caller: AccessTokenClaims, objectName: string): void;
}

/** No grants at all: that is how a vault begins for everyone. */
export function createGrants(vault: GovernedVault, assignments: RoleAssignments): Grants {
  const policies = new Map<string, PolicyPermissions>();
  const { name, id, permissionModel } = vault;
  return {
    policies,
    setAccessPolicy({ objectId }, { keys = [], secrets = [], certificates = [] }) {
      if (permissionModel === "rbac") {
        throw new Error(`${name} is governed by RBAC: it has no access policies`);
      }
      policies.set(objectId, { keys, secrets, certificates });
    },
    assignRole({ objectId, kind }, roleName) {
      if (permissionModel !== "rbac") {
        throw new Error(`${name} is governed by access policies: it has no role assignments`);
      }
      const principalType = kind === "user" ? "User" : "ServicePrincipal";
      assignments.add({ scope: id, role: roleOfName(roleName), principalId: objectId, principalType });
    },
    revoke({ objectId }) {
      policies.delete(objectId);
      assignments.remove(({ scope, principalId }) => scope === id && principalId === objectId);
    },
    demand(permission, caller, objectName) {
      const { kind, operation } = split(permission);
      if (permissionModel === "rbac") {
        const action = `Microsoft.KeyVault/vaults/${ACTIONS[permission]}`;
        const resource = objectName === "" ? id : `${id}/${kind}/${objectName}`;
        if (assignments.allows("dataActions", action, caller.objectId, resource)) {
          return;
        }
        throw forbiddenByRbac(action, caller, name, resource);
      }
      const granted = policies.get(caller.objectId)?.[kind] ?? [];
      if (granted.includes(operation) || granted.includes("all")) {
        return;
      }
      throw accessDenied(kind, operation, caller, name);
    },
  };
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
  action: string,
  caller: AccessTokenClaims,
  vault: string,
  resource: string,
): VaultFault {
  const lines = [
    "Caller is not authorized to perform action on resource.",
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
    `Caller: ${callerText(caller)}`,
    `Action: '${action}'`,
    `Resource: '${resource.toLowerCase()}'`,
    "Assignment: (not found)",
    "DenyAssignmentId: null",
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${vault};location=${REGION}`,
    "",
  ];
  return forbidden("ForbiddenByRbac", lines.join("\r\n"));
}

/** The caller as the service names them in refusals. Of a person it also says how many groups the token names. */
export function callerText({ appId, objectId, issuer, isUser }: AccessTokenClaims): string {
  return `appid=${appId};oid=${objectId};${isUser ? "numgroups=1;" : ""}iss=${issuer}`;
}
