import type { TokenCredential } from "@azure/core-auth";

/** A key vault, and who asks it. */
export interface Vault {
  /** Scheme and host, for example `https://myvault.vault.azure.net`. */
  readonly url: string;
  readonly credential: TokenCredential;
}
