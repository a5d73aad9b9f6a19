/** Whose request it is: the bearer challenge, and what a vault checks of an access token. */
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import { type AccessTokenClaims, issuerOf, type TokenIssuer } from "../entra/access-token.ts";
import { bearerToken } from "../http/exchange.ts";
import { unauthorized } from "./errors.ts";

/** Key Vault's application id: a token may name it as its audience in place of the resource's URI. */
const KEY_VAULT_APP_ID = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

/** Where a vault belongs. */
export interface VaultHome {
  readonly cloud: Cloud;
  readonly tenantId: string;
}

/** The challenge that comes with every 401: which tenant to ask, and for which resource. */
export function challenge({ cloud, tenantId }: VaultHome): Readonly<Record<string, string>> {
  const authority = `https://${cloud.loginHost}/${tenantId}`;
  return { "WWW-Authenticate": `Bearer authorization="${authority}", resource="${cloud.vaultResource}"` };
}

/** Reads the Authorization header. Throws a fault unless it holds a good token for this vault. */
export async function authenticate(
  authorization: string | undefined,
  home: VaultHome,
  { issuer, clock }: { readonly issuer: TokenIssuer; readonly clock: Clock },
): Promise<AccessTokenClaims> {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw unauthorized("AKV10000: Request is missing a Bearer or PoP token.");
  }
  const claims = await issuer.read(token);
  if (claims === "malformed") {
    throw unauthorized("[BearerReadAccessTokenFailed] Error validating token: 'S2S12005'.");
  }
  if (claims === "unknown-key") {
    const [header = ""] = token.split(".");
    throw unauthorized(
      `AKV10046: Unable to resolve the key used for signature validation. EncodedJwtHeader: '${header}'.`,
    );
  }
  checkClaims(claims, home, clock.seconds());
  return claims;
}

function checkClaims(claims: AccessTokenClaims, { cloud, tenantId }: VaultHome, now: number): void {
  const { vaultResource } = cloud;
  if (claims.audience !== vaultResource && claims.audience !== KEY_VAULT_APP_ID) {
    const expected = `Expected ${vaultResource} or ${KEY_VAULT_APP_ID}, found: ${claims.audience}`;
    throw unauthorized(`AKV10022: Invalid audience. ${expected}.`);
  }
  const expectedIssuer = issuerOf(cloud, tenantId);
  if (claims.issuer !== expectedIssuer) {
    throw unauthorized(
      `AKV10032: Invalid issuer. Expected one of ${expectedIssuer}, found ${claims.issuer}.`,
    );
  }
  if (now < claims.notBefore) {
    throw unauthorized("[TokenNotYetValid] Error validating token: 'S2S12087'.");
  }
  if (now >= claims.expires) {
    throw unauthorized("[TokenExpired] Error validating token: 'S2S12086'.");
  }
}
