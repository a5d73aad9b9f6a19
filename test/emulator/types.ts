/** The emulator as tests and people see it: Azure's servers under their real names, on this machine. */
import type { Fault, FaultKind } from "./fault-types.ts";
import type { ManagedHsm, ManagedHsmOptions } from "./hsm-types.ts";
import type { Permission, RoleName, Vault, VaultOptions } from "./vault-types.ts";
import type { PublishedContent } from "./web-types.ts";

export type * from "./fault-types.ts";
export type * from "./hsm-types.ts";
export type * from "./vault-types.ts";
export type * from "./web-types.ts";

/** How an emulator may differ from the default one. */
export interface EmulatorOptions {
  /** GUID. Default: a new one. */
  readonly tenantId?: string;
  /** Port of the proxy on loopback. Default: any free one. */
  readonly proxyPort?: number;
  /** What the proxy asks for (Basic, RFC 7617); without it, it answers 407. Default: nothing. */
  readonly proxyCredentials?: ProxyCredentials;
  /** The proxy ends a tunnel by which nothing has come for so long, in milliseconds, as proxies do. Default: never. */
  readonly tunnelIdleMs?: number;
}

/** What a client of the proxy says who it is by. The user holds no colon. */
export interface ProxyCredentials {
  readonly user: string;
  readonly password: string;
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
  /**
   * What a process needs in its environment to meet the emulator under Azure's real host names; the proxy's
   * credentials, where it asks for any, are in the URL of `HTTPS_PROXY`.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** Every request that reached the emulator, in the order in which it was answered. */
  readonly log: readonly LogEntry[];
  /** Every tunnel that the proxy opened to the emulator, used or not, in the order in which it was asked for. */
  readonly tunnels: readonly Tunnel[];
  createVault(name: string, options?: VaultOptions): Vault;
  createManagedHsm(name: string, options?: ManagedHsmOptions): ManagedHsm;
  createServicePrincipal(credential: ServicePrincipalCredential): Promise<Principal>;
  /** A person, who signs in by the Azure CLI. Throws where the user principal name is taken. */
  createUser(options: UserOptions): User;
  /** What the person does at https://login.microsoft.com/device. Throws where nobody was given this code. */
  approveDeviceCode(userCode: string, user: User): void;
  /** From now on this person approves every device code as soon as its application has been told to wait; or nobody. */
  approveDeviceCodesAs(user: User | undefined): void;
  /** Ends what the person's refresh tokens are good for; access tokens live on for their hour, as in Azure. */
  endSessions(user: User, reason: SessionEnd): void;
  /**
   * Disables an application: it gets no more tokens (AADSTS7000112); those that it has live on. Throws for people and
   * managed identities.
   */
  disable(principal: Principal): void;
  /** Adds an identity to the emulator's one machine. Default host: `virtual-machine`, which answers by IMDS. */
  createManagedIdentity(kind: ManagedIdentityKind, host?: ManagedIdentityHost): Principal;
  /** A TLS certificate of the emulator's authority for other servers of a test, such as a registry. */
  issueTlsCertificate(hosts: readonly string[]): Promise<TlsCertificateFiles>;
  /**
   * Puts something onto a web site outside Azure, such as a CA's: `http://ca.example/issuing.crt`, reached by a plain
   * request to the proxy, or `https://…`, reached by a tunnel. What was there before is replaced. Default content type:
   * `application/pkix-cert` (RFC 2585, section 4.1). Returns what takes it away again: the site then answers 404, as it
   * does for all that was never published. Throws a RangeError for other ports, for Azure's hosts and for loopback.
   */
  publish(url: string, content: PublishedContent, contentType?: string): () => void;
  /**
   * Runs, and waits for, the hook after each request was handled and before its answer leaves.
   * Returns what takes the hook away again.
   */
  beforeAnswer(hook: AnswerHook): () => void;
  /**
   * Makes the requests that match go wrong, from now on until `times` are used up or what is returned is called. One
   * request meets one fault; those that were added later come first. Throws a RangeError where a fault makes no sense.
   */
  addFault(fault: Fault): () => void;
  /**
   * Sets how many seconds the clock of all emulated services is ahead of this machine's; negative: behind. HTTP `Date`
   * headers say the emulated time. What stands for the client's side, such as a federated token, keeps the machine's.
   */
  setClockOffset(seconds: number): void;
  /**
   * Makes the emulated hosts seem so far away, in milliseconds there and back, by each tunnel that is opened from now on:
   * CONNECT is answered a round trip later, as the proxy's TCP handshake with the host would take one, and everything
   * passes half a round trip late in either direction. 0: as near as they are. Throws a RangeError for what is no time.
   */
  setLatency(roundTripMs: number): void;
  close(): Promise<void>;
}

export type AnswerHook = (entry: LogEntry) => void | Promise<void>;

export interface TlsCertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** One request and how it was answered. Bodies of answers are never kept: they hold tokens and private keys. */
export interface LogEntry {
  /** When it was answered, by this machine's clock. */
  readonly time: Date;
  /** When the whole request was there and when it was answered, in milliseconds of one clock. */
  readonly span: { readonly start: number; readonly end: number };
  /** The TCP connection that it came by, a number of its own; undefined for a tunnel that was refused. */
  readonly connection?: number;
  readonly host: string;
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  /** 0 where no answer was given. */
  readonly status: number;
  /** The error code in a service's answer, such as `SecretNotFound` or `AADSTS7000215`; none where a fault answers. */
  readonly errorCode?: string;
  /** The principal that the access token named. */
  readonly principal?: Principal;
  /** What the call needed, such as `secrets/get`, whether or not the principal had it. */
  readonly permission?: Permission;
  /** How the request was made to go wrong. */
  readonly fault?: FaultKind["kind"];
}

/** One CONNECT tunnel to an emulated host. */
export interface Tunnel {
  readonly host: string;
  /** When it was asked for, in milliseconds of the clock of a log entry's span. */
  readonly openedAt: number;
}

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
