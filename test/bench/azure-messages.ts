/** What passes between the bench and the process that its emulator runs in. */
import type { TlsCertificateFiles, Tunnel } from "../emulator/types.ts";
import type { KeySpec } from "../pki/index.ts";

/** What there is to sign with. */
export interface AzureFacts {
  /** What a plugin needs in its environment to get there, and to be the principal that may sign. */
  readonly environment: Readonly<Record<string, string>>;
  readonly keyId: string;
  readonly keySpec: KeySpec;
  /** The certificate chain, PEM. */
  readonly chain: string;
  /** Of the registry. */
  readonly tls: TlsCertificateFiles;
}

/** Begin: forget what was seen, and be so far away from now on. Observe: tell what was seen since. */
export type AzureCommand =
  | { readonly kind: "begin"; readonly roundTripMs: number }
  | { readonly kind: "observe" };

/** A request that the emulator answered. Times are milliseconds since 1970, as everywhere below. */
export interface SeenRequest {
  readonly start: number;
  readonly end: number;
  readonly connection: number | undefined;
  readonly method: string;
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
}

export interface Observation {
  readonly requests: readonly SeenRequest[];
  readonly tunnels: readonly Tunnel[];
}

/** The facts come first, unasked; then one observation for each command. */
export type AzureMessage =
  | { readonly kind: "facts"; readonly facts: AzureFacts }
  | { readonly kind: "observation"; readonly observation: Observation };
