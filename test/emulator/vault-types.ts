/** A key vault as tests see it: who may do what in it, what it holds, and how it may be made to refuse. */
import type { KeyObject } from "node:crypto";
import type { KeySpec } from "../pki/index.ts";
import type { Principal } from "./types.ts";

export type KeyPermission = "get" | "sign";
export type SecretPermission = "get";
export type CertificatePermission = "create" | "delete" | "get" | "import" | "list";
export type Permission =
  | `keys/${KeyPermission}`
  | `secrets/${SecretPermission}`
  | `certificates/${CertificatePermission}`;

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
  /**
   * Adds a key that no certificate and no secret goes with, or a new latest version of it where the name exists.
   * Throws where a certificate has the name.
   */
  createKey(request: KeyRequest): KeyVersion;
  /** Ends every access policy of the principal, and every role assignment that was made for this vault. */
  revoke(principal: Principal): void;
  /**
   * Changes the attributes of one version (default: the latest) of a certificate with its key and secret, or of a key
   * by itself; those that are not named stay. Throws where there is no such version.
   */
  setAttributes(name: string, attributes: ObjectAttributes, version?: string): void;
  /** Lets this many calls per window through and answers the others 429 Throttled, until called with undefined. */
  setThrottle(throttle: Throttle | undefined): void;
  /** Closed: whoever calls, with a good token, is answered 403 ForbiddenByFirewall. A vault begins open. */
  setFirewall(state: FirewallState): void;
}

/** https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#certificate-attributes-and-tags */
export interface ObjectAttributes {
  readonly enabled?: boolean;
  /** Seconds since 1970. */
  readonly notBefore?: number;
  /** Seconds since 1970. */
  readonly expires?: number;
  /** `key_ops` of the key. */
  readonly keyOperations?: readonly string[];
}

/** How many calls a vault takes. Windows go by this machine's clock; the first call begins one. */
export interface Throttle {
  readonly calls: number;
  readonly windowMs: number;
  /** Seconds in Retry-After; undefined: the header is left out. */
  readonly retryAfter?: number;
}

/** Whether a vault's firewall lets the callers' address in. */
export type FirewallState = "open" | "closed";

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

/** A key to be made, or one that is given. */
export type KeyRequest = KeyMaterial & {
  readonly name: string;
  /** Those that are not named: enabled, without dates, every operation. */
  readonly attributes?: ObjectAttributes;
};

/** A key spec, for which a new private key is made at once (RSA-4096 may take seconds), or the private key itself. */
export type KeyMaterial =
  | { readonly keySpec: KeySpec; readonly privateKey?: never }
  | { readonly privateKey: KeyObject; readonly keySpec?: never };

/** The identifiers of one version of a key that has no certificate. */
export interface KeyVersion {
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly version: string;
  /** `https://<host>/keys/<name>/<version>` */
  readonly keyId: string;
  /** `https://<host>/keys/<name>` */
  readonly keyIdWithoutVersion: string;
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
