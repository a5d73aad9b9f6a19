/** The calls that this plugin makes; the names are the permissions of a vault's access policy. */
export const VAULT_OPERATIONS = ["certificates get", "secrets get", "keys sign"] as const;
export type VaultOperation = (typeof VAULT_OPERATIONS)[number];

/** What a call needs, and how that is granted. */
export interface OperationGrant {
  /** What the call is about, in a sentence. */
  readonly object: "certificate" | "secret" | "key";
  /** What the call does, in a sentence. */
  readonly action: "read" | "sign with";
  /** Option of `az keyvault set-policy`. */
  readonly policyOption: string;
  /** The one built-in role with the fewest rights that allows the call. */
  readonly role: string;
}

// Key Vault Certificate User holds certificates/read and secrets/getSecret: Secrets User would add nothing.
// https://learn.microsoft.com/azure/key-vault/general/rbac-guide
export const OPERATION_GRANTS: Readonly<Record<VaultOperation, OperationGrant>> = {
  "certificates get": {
    object: "certificate",
    action: "read",
    policyOption: "--certificate-permissions get",
    role: "Key Vault Certificate User",
  },
  "secrets get": {
    object: "secret",
    action: "read",
    policyOption: "--secret-permissions get",
    role: "Key Vault Certificate User",
  },
  "keys sign": {
    object: "key",
    action: "sign with",
    policyOption: "--key-permissions sign",
    role: "Key Vault Crypto User",
  },
};
