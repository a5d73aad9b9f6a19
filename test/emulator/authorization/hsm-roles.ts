/**
 * The built-in roles of a managed HSM's local RBAC: https://learn.microsoft.com/azure/key-vault/managed-hsm/built-in-roles.
 * The data actions are those that the service listed when the Azure SDK for JavaScript recorded its tests of the access
 * control client (November 2022).
 */
import type { ManagedHsmRoleName } from "../types.ts";
import type { Role } from "./roles.ts";

const role = (roleName: ManagedHsmRoleName, id: string, ...dataActions: readonly string[]): Role => ({
  roleName,
  id,
  description: "", // The service has none either.
  actions: [],
  dataActions: dataActions.map((action) => `Microsoft.KeyVault/managedHsm/${action}`),
});

const ROLE_READING = ["roleDefinitions/read/action", "roleAssignments/read/action"];
const ROLE_MANAGEMENT = [
  ...ROLE_READING,
  "roleDefinitions/write/action",
  "roleDefinitions/delete/action",
  "roleAssignments/write/action",
  "roleAssignments/delete/action",
];

/** Note that who administers an HSM, or is its Crypto Officer, can use no key of it. */
const HSM_ROLES: readonly Role[] = [
  role(
    "Managed HSM Administrator",
    "a290e904-7015-4bba-90c8-60543313cdb4",
    ...ROLE_MANAGEMENT,
    "securitydomain/download/action",
    "securitydomain/download/read",
    "securitydomain/upload/action",
    "securitydomain/upload/read",
    "securitydomain/transferkey/read",
    "backup/start/action",
    "restore/start/action",
    "backup/status/action",
    "restore/status/action",
    "settings/read/action",
    "settings/write/action",
  ),
  role(
    "Managed HSM Crypto Officer",
    "515eb02d-2335-4d2d-92f2-b1cbdf9c3778",
    ...ROLE_MANAGEMENT,
    "keys/deletedKeys/read/action",
    "keys/deletedKeys/delete",
    "keys/deletedKeys/recover/action",
    "keys/export/action",
  ),
  role(
    "Managed HSM Crypto User",
    "21dbd100-6940-42c2-9190-5d6cb909625b",
    ...ROLE_READING,
    "keys/read/action",
    "keys/write/action",
    "keys/delete",
    "keys/create",
    "keys/rotate/action",
    "keys/import/action",
    "keys/release/action",
    "keys/backup/action",
    "keys/restore/action",
    "keys/encrypt/action",
    "keys/decrypt/action",
    "keys/wrap/action",
    "keys/unwrap/action",
    "keys/sign/action",
    "keys/verify/action",
    "keys/derive/action",
    "rng/action",
  ),
  role("Managed HSM Policy Administrator", "4bd23610-cdcf-4971-bdee-bdc562cc28e4", ...ROLE_MANAGEMENT),
  role(
    "Managed HSM Crypto Auditor",
    "2c18b078-7c48-4d3a-af88-5a3a1b3f82b3",
    ...ROLE_READING,
    "keys/read/action",
    "keys/deletedKeys/read/action",
  ),
  role(
    "Managed HSM Crypto Service Encryption User",
    "33413926-3206-4cdd-b39a-83574fe37a17",
    "keys/read/action",
    "keys/wrap/action",
    "keys/unwrap/action",
  ),
  role(
    "Managed HSM Crypto Service Release User",
    "21dbd100-6940-42c2-9190-5d6cb909625c",
    "keys/release/action",
  ),
  role(
    "Managed HSM Backup User",
    "7b127d3c-77bd-4e3e-bbe0-dbb8971fa7f8",
    "backup/start/action",
    "backup/status/action",
    "keys/backup/action",
  ),
];

/** The role of this name. Throws a RangeError where an HSM has none, as of Azure's own roles. */
export function hsmRoleOfName(roleName: ManagedHsmRoleName): Role {
  const found = HSM_ROLES.find((candidate) => candidate.roleName === roleName);
  if (found === undefined) {
    throw new RangeError(`a managed HSM has no role called ${roleName}`);
  }
  return found;
}
