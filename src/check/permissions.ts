import { isManagedHsm } from "../cloud/cloud.ts";
import type { PluginError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { CheckedPermission } from "../protocol/generated/validators.js";
import { getVaultCertificate } from "../vault/certificate.ts";
import { VAULT_OPERATIONS, type VaultOperation } from "../vault/operation.ts";
import { getVaultSecret } from "../vault/secret.ts";
import type { Vault, VaultCall } from "../vault/vault.ts";
import { lacksPermission } from "../vault/vault-error.ts";

/** Calls that tell whether the caller has a permission, and whose results nobody keeps. */
const TRIALS: ReadonlyMap<VaultOperation, (vault: Vault, key: KeyIdentifier) => Promise<unknown>> = new Map<
  VaultOperation,
  (vault: Vault, key: KeyIdentifier) => Promise<unknown>
>([
  ["certificates get", getVaultCertificate],
  ["secrets get", getVaultSecret],
]);

/** Codes of a vault that has let the caller pass, and then could not do what was asked for. */
const HINDERED: ReadonlySet<string | undefined> = new Set([
  "KeyDisabled",
  "SecretDisabled",
  "CertificateDisabled",
  "KeyOperationForbidden",
  "KeyExpired",
  "SecretExpired",
  "KeyNotYetValid",
  "SecretNotYetValid",
]);

/** Status codes by which a vault says the same. */
const NOTHING_TO_ANSWER: ReadonlySet<string | undefined> = new Set(["400", "404"]);

/** Tries the permissions that signing does not need, by calls of their own; what comes of them is told by the vault. */
export async function tryOtherPermissions(vault: Vault, key: KeyIdentifier): Promise<void> {
  const others = operationsOf(key).filter((operation) => !vault.needs.includes(operation));
  await Promise.allSettled(others.map((operation) => TRIALS.get(operation)?.(vault, key)));
}

/** What is known of each permission. */
export interface PermissionsFound {
  readonly vault: Vault;
  readonly key: KeyIdentifier;
  readonly calls: readonly VaultCall[];
  /** Why there was no access token, without which the vault looks at no permission. */
  readonly tokenFailure: PluginError | undefined;
  /** Whether the certificate is its own chain, so that no secret is needed. */
  readonly isSelfSigned: boolean;
}

/** The permissions as the calls found them. */
export function describePermissions(found: PermissionsFound): CheckedPermission[] {
  return operationsOf(found.key).map((operation) => {
    const call = found.calls.find((each) => each.operation === operation);
    const needed =
      found.vault.needs.includes(operation) && !(operation === "secrets get" && found.isSelfSigned);
    return { permission: operation, needed, ...outcomeOf(call, found.tokenFailure) };
  });
}

/** A Managed HSM has nothing but keys. */
function operationsOf({ vaultUrl }: KeyIdentifier): readonly VaultOperation[] {
  return isManagedHsm(vaultUrl) ? ["keys sign"] : VAULT_OPERATIONS;
}

function outcomeOf(
  call: VaultCall | undefined,
  tokenFailure: PluginError | undefined,
): Pick<CheckedPermission, "outcome" | "detail" | "milliseconds"> {
  if (call === undefined) {
    return { outcome: "unknown", detail: "no answer in time" };
  }
  if (call.error !== undefined && call.error === tokenFailure) {
    return { outcome: "unknown", detail: "no access token" };
  }
  const milliseconds = Math.round(call.milliseconds);
  if (call.error === undefined) {
    return { outcome: "granted", milliseconds };
  }
  const outcome = outcomeOfError(call.error);
  // Where the key's spec is not known, any algorithm is tried, and is refused: there is nothing to tell.
  const isGuess = outcome === "granted" && call.error.metadata["status"] === "400";
  return { outcome, ...(!isGuess && { detail: detailOf(call.error) }), milliseconds };
}

function outcomeOfError(error: PluginError): CheckedPermission["outcome"] {
  const { credentialType, status, serviceCode } = error.metadata;
  if (lacksPermission(error)) {
    return "denied";
  }
  // An answer of somebody else's has no code, and one that only lacks something has nothing of a refusal.
  const isAnswer = credentialType === undefined && error.code !== "TIMEOUT";
  const isRefusal = serviceCode !== undefined && (HINDERED.has(serviceCode) || NOTHING_TO_ANSWER.has(status));
  return isAnswer || isRefusal ? "granted" : "unknown";
}

function detailOf({ code, metadata: { status, serviceCode } }: PluginError): string {
  return [status, serviceCode].filter(Boolean).join(" ") || code;
}
