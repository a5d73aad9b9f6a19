import { authorityHostOf, resourceOf } from "../cloud/cloud.ts";

/**
 * What the vault would answer to a request without a token, as far as that is known without asking: every vault of a cloud
 * wants a token for the one same resource. The tenant is left out, so that each credential asks in its own; the vault's
 * real challenge puts that right where it is another. Undefined for a host of no known cloud, which must be asked.
 * https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
 */
export function expectedChallenge(vaultUrl: string): string | undefined {
  const authorityHost = authorityHostOf(vaultUrl);
  return authorityHost === undefined
    ? undefined
    : `Bearer authorization="${authorityHost}", resource="${resourceOf(vaultUrl)}"`;
}

/** What tokens for the vault are asked for by: the scope of its resource, all permissions. */
export function scopeOf(vaultUrl: string): string {
  return `${resourceOf(vaultUrl)}/.default`;
}

/** The tenant that a challenge names: the path of its authority, an id or a domain, and not a name such as `common`. */
export function tenantIn(challenge: string): string | undefined {
  return /\bauthorization(?:_uri|_url)?="https:\/\/[^/"]+\/((?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})|(?:[\w-]+\.)+[\w-]+)\/?"/i.exec(
    challenge,
  )?.[1];
}
