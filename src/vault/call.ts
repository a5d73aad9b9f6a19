import { PluginError, validationError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { checkKeyIdentifier } from "./fix.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import type { Vault } from "./vault.ts";
import { vaultError } from "./vault-error.ts";

/**
 * One call to the vault. Whatever the SDK throws becomes the PluginError that says what failed, on which vault
 * and object, and how to fix it.
 */
export async function callVault<T>(
  vault: Vault,
  operation: VaultOperation,
  key: KeyIdentifier,
  call: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const tell = (error?: PluginError): void =>
    vault.onCall?.({ operation, milliseconds: performance.now() - start, error });
  try {
    const result = await call();
    tell();
    return result;
  } catch (thrown) {
    const error = thrown instanceof PluginError ? thrown : vaultError(vault, operation, key, thrown);
    tell(error);
    throw error;
  }
}

/**
 * The version in the vault's answer. A vault may answer a version that it does not know with the latest one,
 * and a certificate of another version is not this key's.
 * @throws PluginError VALIDATION_ERROR when it is not the version that was asked for.
 */
export function checkVersion(
  operation: VaultOperation,
  key: KeyIdentifier,
  answered: string | undefined,
): string {
  const version = answered?.toLowerCase();
  if (version === undefined) {
    throw missingFromAnswer(operation, key, "a version");
  }
  if (key.version !== undefined && version !== key.version) {
    const { object } = OPERATION_GRANTS[operation];
    throw validationError(
      `${key.vaultUrl} was asked for version ${key.version} of ${object} "${key.name}" and answered with version ${version}`,
      checkKeyIdentifier(key, "certificate"),
    );
  }
  return version;
}

/** The error for an answer of the vault that lacks what it must hold. */
export function missingFromAnswer(
  operation: VaultOperation,
  key: KeyIdentifier,
  what: string,
  fix?: string,
): PluginError {
  const { object } = OPERATION_GRANTS[operation];
  return new PluginError("ERROR", `${key.vaultUrl} answered for ${object} "${key.name}" without ${what}`, {
    fix: fix ?? tryAgainOrFindOut(key),
  });
}

/** How to mend an answer that no vault gives. */
export function tryAgainOrFindOut(key: KeyIdentifier): string {
  const { hostname } = new URL(key.vaultUrl);
  return `try again; if it stays so, find out whether something answers in place of ${hostname}`;
}
