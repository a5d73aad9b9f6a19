/** Azure's built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
import type { ManagedHsmRoleName, RoleName } from "../types.ts";

/** What a role allows: on resources by Resource Manager, and on what is in them by their own servers. */
export interface Role {
  readonly roleName: RoleName | ManagedHsmRoleName;
  /** The role definition's name, GUID: the same in every tenant. */
  readonly id: string;
  readonly description: string;
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
}

/** What every description of a role for a vault's contents ends in. */
const RBAC_ONLY =
  "Only works for key vaults that use the 'Azure role-based access control' permission model.";

/** What the roles that administer vaults may do in Resource Manager: look. */
const VAULT_READING = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
  "Microsoft.KeyVault/vaults/*/read",
];

/** The roles that the emulator knows. A name that is not here, such as Key Vault Certificates User, does not exist. */
export const ROLES: readonly Role[] = [
  {
    roleName: "Owner",
    id: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    description:
      "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
    actions: ["*"],
    dataActions: [], // Not even the subscription's owner may look into a vault.
  },
  {
    roleName: "Key Vault Administrator",
    id: "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    description: `Perform all data plane operations on a key vault and all objects in it, including certificates, keys, and secrets. Cannot manage key vault resources or manage role assignments. ${RBAC_ONLY}`,
    actions: VAULT_READING,
    dataActions: ["Microsoft.KeyVault/vaults/*"],
  },
  {
    roleName: "Key Vault Certificates Officer",
    id: "a4417e6f-fecd-4de8-b567-7b0420556985",
    description: `Perform any action on the certificates of a key vault, except manage permissions. ${RBAC_ONLY}`,
    actions: VAULT_READING,
    dataActions: [
      "Microsoft.KeyVault/vaults/certificatecas/*",
      "Microsoft.KeyVault/vaults/certificates/*",
      "Microsoft.KeyVault/vaults/certificatecontacts/write",
    ],
  },
  {
    roleName: "Key Vault Certificate User",
    id: "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
    description: `Read certificate contents. ${RBAC_ONLY}`,
    actions: [],
    dataActions: [
      "Microsoft.KeyVault/vaults/certificates/read",
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "Microsoft.KeyVault/vaults/keys/read",
    ],
  },
  {
    roleName: "Key Vault Crypto User",
    id: "12338af0-0e69-4776-bea7-57ae8d297424",
    description: `Perform cryptographic operations using keys. ${RBAC_ONLY}`,
    actions: [],
    dataActions: [
      "Microsoft.KeyVault/vaults/keys/read",
      "Microsoft.KeyVault/vaults/keys/update/action",
      "Microsoft.KeyVault/vaults/keys/backup/action",
      "Microsoft.KeyVault/vaults/keys/encrypt/action",
      "Microsoft.KeyVault/vaults/keys/decrypt/action",
      "Microsoft.KeyVault/vaults/keys/wrap/action",
      "Microsoft.KeyVault/vaults/keys/unwrap/action",
      "Microsoft.KeyVault/vaults/keys/sign/action",
      "Microsoft.KeyVault/vaults/keys/verify/action",
    ],
  },
  {
    roleName: "Key Vault Secrets User",
    id: "4633458b-17de-408a-b874-0445c86b69e6",
    description: `Read secret contents. ${RBAC_ONLY}`,
    actions: [],
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
  },
  {
    roleName: "Key Vault Reader",
    id: "21090545-7ca7-4776-b22c-e363652d74d2",
    description: `Read metadata of key vaults and its certificates, keys, and secrets. Cannot read sensitive values such as secret contents or key material. ${RBAC_ONLY}`,
    actions: VAULT_READING,
    dataActions: [
      "Microsoft.KeyVault/vaults/*/read",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
  },
];

/** The role of this name. */
export function roleOfName(roleName: RoleName): Role {
  const role = ROLES.find((candidate) => candidate.roleName === roleName);
  if (role === undefined) {
    throw new RangeError(`no role is called ${roleName}`);
  }
  return role;
}

/** Whether one of the patterns, in which `*` stands for anything, covers the action. Case makes no difference. */
export function coversAction(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => {
    const [first = "", ...rest] = pattern.split("*").map((part) => RegExp.escape(part));
    return new RegExp(`^${[first, ...rest].join(".*")}$`, "i").test(action);
  });
}
