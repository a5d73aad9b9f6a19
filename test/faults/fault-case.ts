/** Ways in which signing goes wrong: how each is made real, and how it must end. */
import type { World, WorldOptions } from "./world.ts";

/** The error codes of the plugin contract that a signing can end with. */
export type ErrorCode = "VALIDATION_ERROR" | "ACCESS_DENIED" | "TIMEOUT" | "THROTTLED" | "ERROR";

/** A section of the table: faults of one kind. */
export interface FaultFamily {
  readonly title: string;
  /** What the reader must know of all of them, Markdown. */
  readonly introduction: string;
  readonly faults: readonly FaultCase[];
}

/** One way in which signing goes wrong. */
export interface FaultCase {
  /** What goes wrong, as a heading: unique. */
  readonly title: string;
  /** How Azure is set up, where it differs from a signing that goes well. */
  readonly options?: WorldOptions;
  /** Makes it real, and says what the person types and has in the environment. */
  readonly prepare: (world: World) => FaultySigning | Promise<FaultySigning>;
  readonly end: End;
}

/** What differs from a signing that goes well. */
export interface FaultySigning {
  /** What `--id` says. Default: the identifier of the world's key. */
  readonly id?: string;
  /** `--plugin-config`, beside `credential_type=environment`; undefined takes an entry away. */
  readonly pluginConfig?: Readonly<Record<string, string | undefined>>;
  /** Variables of the environment; an empty one counts as not set. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a message must hold: a text as it is, or what a pattern matches. */
export type Words = readonly (string | RegExp)[];

/** How a signing with a fault must end. */
export type End = Refusal | Survival;

/** The plugin refuses, and nothing is signed. */
export interface Refusal {
  readonly kind: "refused";
  readonly errorCode: ErrorCode;
  /** The command of the contract that tells it. Default: `describe-key`, the first that asks the vault. */
  readonly by?: "get-plugin-metadata" | "describe-key" | "generate-signature";
  /** What no good message can do without. */
  readonly wanted: Words;
  /** How often the plugin asks again before it gives up: a number, or as long as the time lasts. Default: 0. */
  readonly retries?: number | "as long as the time lasts";
}

/** The plugin gets over it: the image is signed, and verifies. */
export interface Survival {
  readonly kind: "survived";
  /** How often the plugin asks again, in all commands together. */
  readonly retries: number;
}
