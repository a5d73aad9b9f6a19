/** A managed HSM as tests see it: keys only, and roles of its own. */
import type { Principal } from "./types.ts";
import type { KeyRequest, KeyVersion, ObjectAttributes } from "./vault-types.ts";

export interface ManagedHsmOptions {
  /** DNS suffix, default `managedhsm.azure.net`. */
  readonly dnsSuffix?: string;
  /** The tenant that the HSM belongs to, GUID. Default: the emulator's; in any other nobody is registered. */
  readonly tenantId?: string;
}

/** The built-in roles of a managed HSM's local RBAC, which are none of Azure's own. */
export type ManagedHsmRoleName =
  | "Managed HSM Administrator"
  | "Managed HSM Backup User"
  | "Managed HSM Crypto Auditor"
  | "Managed HSM Crypto Officer"
  | "Managed HSM Crypto Service Encryption User"
  | "Managed HSM Crypto Service Release User"
  | "Managed HSM Crypto User"
  | "Managed HSM Policy Administrator";

/** What a role is granted for: all that is in the HSM, all its keys, or one of them. */
export type ManagedHsmScope = "/" | "/keys" | `/keys/${string}`;

/** One managed HSM. */
export interface ManagedHsm {
  readonly name: string;
  /** For example `https://myhsm.managedhsm.azure.net`. */
  readonly url: string;
  /** The resource's id in Resource Manager: `/subscriptions/…/providers/Microsoft.KeyVault/managedHSMs/myhsm`. */
  readonly id: string;
  /** Adds a role assignment. Default scope: `/`. */
  assignRole(principal: Principal, role: ManagedHsmRoleName, scope?: ManagedHsmScope): void;
  /** Ends every role assignment of the principal. */
  revoke(principal: Principal): void;
  /** Adds a key, or a new latest version of it where the name exists. */
  createKey(request: KeyRequest): KeyVersion;
  /**
   * Changes the attributes of one version (default: the latest) of a key; those that are not named stay. Throws where
   * there is no such version.
   */
  setAttributes(name: string, attributes: ObjectAttributes, version?: string): void;
}
