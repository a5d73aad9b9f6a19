import type { TokenCredential } from "@azure/core-auth";
import type { PluginError } from "../error/plugin-error.ts";
import type { Network } from "../network/network.ts";
import type { VaultOperation } from "./operation.ts";

/**
 * The version of Key Vault's REST API. Not the newest, which each SDK asks for by default and another one each: all that
 * is needed here is in 7.4, and every cloud and other server with this interface answers it.
 */
export const SERVICE_VERSION = "7.4";

/** Who asks a vault. */
export interface VaultCredential extends TokenCredential {
  /** Whether what it failed with may come of the tenant, which it was not told. */
  mayDependOnTenant(error: unknown): boolean;
}

/** A key vault, and who asks it. */
export interface Vault {
  /** Scheme and host, for example `https://myvault.vault.azure.net`. */
  readonly url: string;
  readonly credential: VaultCredential;
  /** The credential as messages name it. */
  readonly credentialType: string;
  readonly network: Network;
  /** All that signing needs with this plugin config: what is to be granted, when something is not. */
  readonly needs: readonly VaultOperation[];
  /** Is told of each call when it has ended. */
  readonly onCall?: (call: VaultCall) => void;
}

/** A call to the vault that has ended. */
export interface VaultCall {
  readonly operation: VaultOperation;
  readonly milliseconds: number;
  /** Undefined where it succeeded. */
  readonly error: PluginError | undefined;
}
