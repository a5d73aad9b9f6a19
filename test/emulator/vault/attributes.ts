/**
 * What is set of one version besides its content, for certificate, key and secret alike, and what of it hinders use:
 * https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#key-attributes
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import type { ObjectAttributes } from "../types.ts";
import { forbidden, type ObjectKind, type VaultFault } from "./errors.ts";

/** Times are seconds since 1970. A key without a certificate has no dates unless it is given some. */
export interface VersionAttributes extends ObjectAttributes {
  readonly enabled: boolean;
  readonly keyOperations: readonly string[];
  readonly created: number;
  readonly updated: number;
}

/** By `node:crypto`'s name of the type: what a key may do unless told otherwise. */
const KEY_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  rsa: ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
  ec: ["sign", "verify"],
};

/** Those of a new version of a certificate: the dates are the certificate's. */
export function newAttributes(
  { validFrom, validTo }: X509Certificate,
  privateKey: KeyObject,
  now: number,
): VersionAttributes {
  const dates = { notBefore: toSeconds(validFrom), expires: toSeconds(validTo) };
  return { ...newKeyAttributes(privateKey, now), ...dates };
}

/** Those of a new version of a key that no certificate goes with. */
export function newKeyAttributes({ asymmetricKeyType = "rsa" }: KeyObject, now: number): VersionAttributes {
  const created = Math.floor(now);
  const keyOperations = KEY_OPERATIONS[asymmetricKeyType] ?? [];
  return { enabled: true, keyOperations, created, updated: created };
}

/** Those that are named change, the others stay. */
export function changeAttributes(
  current: VersionAttributes,
  change: ObjectAttributes,
  now: number,
): VersionAttributes {
  return { ...current, ...change, updated: Math.floor(now) };
}

const DISABLED = {
  keys: { code: "KeyDisabled", noun: "key" },
  secrets: { code: "SecretDisabled", noun: "secret" },
} as const;

/**
 * 403: the key or the secret is there, but disabled. A certificate, being public, is shown all the same
 * (https://github.com/Azure/azure-cli/issues/26044). No source settles whether the public half of a key can still be
 * read; refusing is the stricter answer.
 */
export function disabledFault(kind: Exclude<ObjectKind, "certificates">, operation: string): VaultFault {
  const { code, noun } = DISABLED[kind];
  return forbidden(code, `Operation ${operation} is not allowed on a disabled ${noun}.`);
}

/**
 * Throws a fault unless the key may sign now. Outside its dates it can still be read, and verify; so can the secret:
 * https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#date-time-controlled-operations. The first message
 * is the service's (https://github.com/Azure/azure-sdk-for-net/issues/11518 shows it of decrypt). No source states the
 * words for the dates, nor the order of the checks.
 */
export function demandSigning({ notBefore, expires, keyOperations }: VersionAttributes, now: number): void {
  if (!keyOperations.includes("sign")) {
    throw forbidden("KeyOperationForbidden", "Operation sign is not permitted on this key.");
  }
  if (notBefore !== undefined && now < notBefore) {
    throw forbidden("KeyOperationForbidden", "Operation sign is not allowed on a key that is not yet valid.");
  }
  if (expires !== undefined && now >= expires) {
    throw forbidden("KeyOperationForbidden", "Operation sign is not allowed on an expired key.");
  }
}

/** From the text of an X.509 date, which is in GMT. */
function toSeconds(date: string): number {
  return Math.floor(new Date(date).getTime() / 1000);
}
