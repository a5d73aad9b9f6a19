import { type ErrorCode, type ErrorMetadata, PluginError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { findFix } from "./fix.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import { readFailure, type ServiceFailure } from "./service-failure.ts";

const CODE_BY_STATUS: ReadonlyMap<number | undefined, ErrorCode> = new Map([
  [400, "VALIDATION_ERROR"],
  [401, "ACCESS_DENIED"],
  [403, "ACCESS_DENIED"],
  [404, "VALIDATION_ERROR"],
  [408, "TIMEOUT"],
  [429, "THROTTLED"],
]);

/** The PluginError for a call that the vault refused or never answered. */
export function vaultError(operation: VaultOperation, key: KeyIdentifier, error: unknown): PluginError {
  const failure = readFailure(error);
  const { object, action } = OPERATION_GRANTS[operation];
  const version = key.version === undefined ? "" : ` version ${key.version}`;
  const answer = [failure.status, failure.innerCode ?? failure.code].filter((part) => part !== undefined);
  const prefix = failure.status === undefined ? "" : `${answer.join(" ")}: `;
  return new PluginError(
    CODE_BY_STATUS.get(failure.status) ?? "ERROR",
    `cannot ${action} ${object} "${key.name}"${version} in ${key.vaultUrl}: ${prefix}${failure.message}`,
    { fix: findFix(operation, key, failure), metadata: metadataOf(failure) },
  );
}

function metadataOf(failure: ServiceFailure): ErrorMetadata {
  const entries = {
    status: failure.status?.toString(),
    serviceCode: failure.innerCode ?? failure.code,
    requestId: failure.requestId,
  };
  return Object.fromEntries(Object.entries(entries).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
}
