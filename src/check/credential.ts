import type { OpenVault } from "../open-vault/open-vault.ts";
import type { CheckedCredential } from "../protocol/generated/validators.js";

/** Which credential asked, and who it is by the token that it got. */
export function describeCredential({ credentialType, credential }: OpenVault): CheckedCredential {
  const holder = credential.lastHolder();
  const granted = holder !== undefined && credential.lastFailure() === undefined;
  if (holder === undefined) {
    return { credentialType, granted };
  }
  const { source, applicationId, objectId, tenantId, user, managedIdentity, milliseconds } = holder;
  return {
    credentialType,
    granted,
    ...(source !== undefined && { source }),
    ...(applicationId !== undefined && { applicationId }),
    ...(objectId !== undefined && { objectId }),
    ...(tenantId !== undefined && { tenantId }),
    ...(user !== undefined && { user }),
    ...(managedIdentity !== undefined && { managedIdentity }),
    milliseconds: Math.round(milliseconds),
  };
}
