import { isManagedHsm } from "../cloud/cloud.ts";
import { type ErrorCode, type ErrorMetadata, metadataFrom, PluginError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { gatewayCause } from "../network/gateway.ts";
import { attemptsOf, timesAsked } from "../network/network.ts";
import { checkPretender, NetworkFailure, type Peer } from "../network/network-failure.ts";
import { findFix } from "./fix.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import { RefusedByService, readFailure, type ServiceFailure } from "./service-failure.ts";
import type { Vault } from "./vault.ts";

/** What the service's refusals are in the contract; all others are an ERROR. */
const CODE_BY_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [400, "VALIDATION_ERROR"],
  [401, "ACCESS_DENIED"],
  [403, "ACCESS_DENIED"],
  [404, "VALIDATION_ERROR"],
  [408, "TIMEOUT"],
  [429, "THROTTLED"],
]);

/** The PluginError for a call that the vault refused or never answered. */
export function vaultError(
  vault: Vault,
  operation: VaultOperation,
  key: KeyIdentifier,
  error: unknown,
): PluginError {
  const { object, action } = OPERATION_GRANTS[operation];
  const version = key.version === undefined ? "" : ` version ${key.version}`;
  const problem = `cannot ${action} ${object} "${key.name}"${version} in ${key.vaultUrl}`;
  if (error instanceof NetworkFailure) {
    return new PluginError(error.errorCode, `${problem}: ${error.message}${timesAsked(attemptsOf(error))}`, {
      fix: error.code === "ENOTFOUND" && error.peer.proxy === undefined ? checkVaultName(key) : error.fix,
      metadata: { credentialType: vault.credentialType, serviceCode: error.code },
    });
  }
  const failure = error instanceof RefusedByService ? error.failure : readSdkFailure(error);
  const metadata = metadataOf(vault, failure);
  const asked = timesAsked(error instanceof RefusedByService ? error.attempts : 1);
  if (failure.code === undefined && failure.status !== 0) {
    const peer = vault.network.lastPeer() ?? peerOf(key);
    const {
      errorCode,
      problem: cause,
      fix,
      doubtsHost,
    } = gatewayCause(failure.status, peer, "Azure Key Vault");
    const wholeFix = doubtsHost ? `${checkVaultName(key)}; or ${fix}` : fix;
    return new PluginError(errorCode, `${problem}: ${cause}${asked}`, { fix: wholeFix, metadata });
  }
  const code = CODE_BY_STATUS.get(failure.status) ?? "ERROR";
  // To a service whose clock is another, a token is not valid yet, or no longer.
  const clock = failure.status === 401 ? vault.network.clockNote() : "";
  return new PluginError(code, `${problem}: ${whatItSaid(failure)}${asked}${clock}`, {
    fix:
      failure.status === 0
        ? checkPretender(vault.network.lastPeer() ?? peerOf(key))
        : findFix({ vault, operation, key, failure }),
    metadata,
  });
}

/** The service's codes for a permission or a role that nobody granted. */
const GRANT_CODES: ReadonlySet<string | undefined> = new Set(["AccessDenied", "ForbiddenByRbac"]);

/** Whether the vault refused a call since the caller lacks a permission or a role. */
export function lacksPermission({ metadata }: PluginError): boolean {
  return GRANT_CODES.has(metadata["serviceCode"]);
}

function whatItSaid({ status, code, innerCode, message }: ServiceFailure): string {
  return status === 0 ? message : `${status} ${innerCode ?? code ?? ""}: ${message}`;
}

/** What the SDK says of a challenge that it does not answer, and what it means. */
const CHALLENGE_FAULTS: readonly (readonly [said: RegExp, meaning: string])[] = [
  [
    /^The challenge resource/,
    "it asks for a token of another service than Azure Key Vault, and got none: a token is not for every host that asks",
  ],
  [/^The challenge/, "its challenge (WWW-Authenticate) cannot be read"],
];

/** Errors of the SDK's own: of its check of the challenge, or of an answer that lacks something. */
function readSdkFailure(error: unknown): ServiceFailure {
  const said = error instanceof Error ? error.message : "";
  const refused = error instanceof Error && "statusCode" in error && error.statusCode === 401;
  const meaning = CHALLENGE_FAULTS.find(([words]) => words.test(said))?.[1];
  const other = refused
    ? "its challenge (WWW-Authenticate) names no service"
    : "the answer lacks what an answer of Azure Key Vault must hold";
  return { ...readFailure(0, undefined, undefined), message: meaning ?? other };
}

function checkVaultName(key: KeyIdentifier): string {
  const { hostname } = new URL(key.vaultUrl);
  const kind = isManagedHsm(key.vaultUrl) ? " --resource-type hsm" : "";
  return `check the vault's name in the key identifier, ${hostname}: \`az keyvault list${kind} --query '[].name'\` lists yours`;
}

function peerOf(key: KeyIdentifier): Peer {
  return { host: new URL(key.vaultUrl).host, proxy: undefined };
}

function metadataOf({ credentialType }: Vault, failure: ServiceFailure): ErrorMetadata {
  return metadataFrom({
    credentialType,
    status: failure.status === 0 ? undefined : failure.status.toString(),
    serviceCode: failure.innerCode ?? failure.code,
    requestId: failure.requestId,
  });
}
