/** The emulator as tests and people see it: Azure's servers under their real names, on this machine. */
import type { KeyObject } from "node:crypto";

/** How an emulator may differ from the default one. */
export interface EmulatorOptions {
  /** GUID. Default: a new one. */
  readonly tenantId?: string;
  /** Port of the proxy on loopback. Default: any free one. */
  readonly proxyPort?: number;
}

/** A running emulator: vaults, Entra ID, Resource Manager, Graph, managed identity, and the proxy that leads to them. */
export interface Emulator {
  readonly tenantId: string;
  /** The subscription that every vault of the emulator's tenant is in. */
  readonly subscription: Subscription;
  /** The CONNECT proxy, for example `http://127.0.0.1:40001`. */
  readonly proxyUrl: string;
  /** PEM file of the authority that the emulator's TLS certificates come from. */
  readonly caFile: string;
  /** What a process needs in its environment to meet the emulator under Azure's real host names. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every request that reached the emulator, in the order in which it was answered. */
  readonly log: readonly LogEntry[];
  createVault(name: string, options?: VaultOptions): Vault;
  createServicePrincipal(credential: ServicePrincipalCredential): Promise<Principal>;
  /** A person, who signs in by the Azure CLI. Throws where the user principal name is taken. */
  createUser(options: UserOptions): User;
  /** What the person does at https://login.microsoft.com/device. Throws where nobody was given this code. */
  approveDeviceCode(userCode: string, user: User): void;
  /** From now on this person approves every device code as soon as its application has been told to wait; or nobody. */
  approveDeviceCodesAs(user: User | undefined): void;
  /** Ends what the person's refresh tokens are good for; access tokens live on for their hour, as in Azure. */
  endSessions(user: User, reason: SessionEnd): void;
  /** Adds an identity to the emulator's one machine. Default host: `virtual-machine`, which answers by IMDS. */
  createManagedIdentity(kind: ManagedIdentityKind, host?: ManagedIdentityHost): Principal;
  /** A TLS certificate of the emulator's authority for other servers of a test, such as a registry. */
  issueTlsCertificate(hosts: readonly string[]): Promise<TlsCertificateFiles>;
  /**
   * Runs, and waits for, the hook after each request was handled and before its answer leaves.
   * Returns what takes the hook away again.
   */
  beforeAnswer(hook: AnswerHook): () => void;
  close(): Promise<void>;
}

export type AnswerHook = (entry: LogEntry) => void | Promise<void>;

export interface TlsCertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** One request and how it was answered. Bodies of answers are never kept: they hold tokens and private keys. */
export interface LogEntry {
  readonly time: Date;
  readonly host: string;
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  readonly status: number;
  /** The error code in the answer's body, such as `SecretNotFound` or `AADSTS7000215`. */
  readonly errorCode?: string;
  /** The principal that the access token named. */
  readonly principal?: Principal;
  /** What the call needed, such as `secrets/get`, whether or not the principal had it. */
  readonly permission?: Permission;
}

export type KeyPermission = "get" | "sign";
export type SecretPermission = "get";
export type CertificatePermission = "create" | "delete" | "get" | "import" | "list";
export type Permission =
  | `keys/${KeyPermission}`
  | `secrets/${SecretPermission}`
  | `certificates/${CertificatePermission}`;

/** How a service principal proves who it is to Entra ID. */
export type ServicePrincipalCredential = "client-secret" | "client-certificate" | "federated-token";

/** A machine has at most one system-assigned identity, and any number of the other kind. */
export type ManagedIdentityKind = "system-assigned" | "user-assigned";

/** Which of Azure's token endpoints a managed identity is reached by. */
export type ManagedIdentityHost = "virtual-machine" | "app-service";

/** Why refresh tokens are no longer good: 90 days without use, or a password change. */
export type SessionEnd = "expired" | "revoked";

/** Someone who can get an access token. */
export interface Principal {
  readonly kind: "application" | "user";
  /** Client id, GUID. A user's is that of the application they sign in by: the Azure CLI. */
  readonly appId: string;
  /** Object id, GUID. */
  readonly objectId: string;
  /** A user's name to sign in by. */
  readonly userPrincipalName?: string;
  /** What the Azure SDKs read from the environment to be this principal: `AZURE_CLIENT_ID`, … */
  readonly environment: Readonly<Record<string, string>>;
}

/** A person. */
export interface User extends Principal {
  readonly kind: "user";
  /** For example `signer@example.com`. */
  readonly userPrincipalName: string;
}

export interface UserOptions {
  readonly userPrincipalName: string;
}

/** An Azure subscription, with the one resource group that its vaults are in. */
export interface Subscription {
  /** GUID. */
  readonly id: string;
  readonly resourceGroup: string;
  /** Adds a role assignment for everything in the subscription: `Owner` is who may use Resource Manager. */
  assignRole(principal: Principal, role: RoleName): void;
}

export interface VaultOptions {
  /** Default: `access-policy`. */
  readonly permissionModel?: "access-policy" | "rbac";
  /** DNS suffix, default `vault.azure.net`. */
  readonly dnsSuffix?: string;
  /** The tenant that the vault belongs to, GUID. Default: the emulator's; in any other nobody is registered. */
  readonly tenantId?: string;
}

export interface AccessPolicy {
  readonly keys?: readonly KeyPermission[];
  readonly secrets?: readonly SecretPermission[];
  readonly certificates?: readonly CertificatePermission[];
}

/** Azure's built-in roles, as far as the emulator knows them. */
export type RoleName =
  | "Owner"
  | "Key Vault Administrator"
  | "Key Vault Certificates Officer"
  | "Key Vault Certificate User"
  | "Key Vault Crypto User"
  | "Key Vault Secrets User"
  | "Key Vault Reader";

/** One key vault. */
export interface Vault {
  readonly name: string;
  /** For example `https://myvault.vault.azure.net`. */
  readonly url: string;
  /** The resource's id in Resource Manager: `/subscriptions/…/providers/Microsoft.KeyVault/vaults/myvault`. */
  readonly id: string;
  /** Replaces the principal's access policy. Throws on a vault of the permission model `rbac`. */
  setAccessPolicy(principal: Principal, policy: AccessPolicy): void;
  /** Adds a role assignment. Throws on a vault of the permission model `access-policy`. */
  assignRole(principal: Principal, role: RoleName): void;
  /** Adds a certificate, or a new latest version of it where the name exists: key and secret come with it. */
  importCertificate(request: ImportRequest): CertificateVersion;
  /** Ends every access policy of the principal, and every role assignment that was made for this vault. */
  revoke(principal: Principal): void;
}

export interface ImportRequest {
  readonly name: string;
  readonly privateKey: KeyObject;
  /** DER, the leaf among them; kept in this order in the secret. */
  readonly certificates: readonly Uint8Array[];
  /** The certificate that `GET /certificates/{name}` shows. Default: the first. */
  readonly leaf?: Uint8Array;
  readonly contentType?: "application/x-pkcs12" | "application/x-pem-file";
  /** Whether the secret's value holds the private key. Default: true. */
  readonly exportable?: boolean;
  /** The secret's value as another tool made it, in place of the emulator's own encoding. */
  readonly secretValue?: string;
}

/** The identifiers of one version of a certificate, its key and its secret. */
export interface CertificateVersion {
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly version: string;
  /** `https://<vault>/certificates/<name>/<version>` */
  readonly certificateId: string;
  /** `https://<vault>/keys/<name>/<version>` */
  readonly keyId: string;
  /** `https://<vault>/secrets/<name>/<version>` */
  readonly secretId: string;
}
