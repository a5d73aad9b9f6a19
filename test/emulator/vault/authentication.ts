/** Whose request it is: the bearer challenge, and what a vault or a managed HSM checks of an access token. */
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import { type AccessTokenClaims, issuerOf, type TokenIssuer } from "../entra/access-token.ts";
import { bearerToken } from "../http/exchange.ts";
import { unauthorized } from "./errors.ts";

/** Key Vault's application id: a token may name it as its audience in place of the resource's URI. */
const KEY_VAULT_APP_ID = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

/** Where a vault or a managed HSM belongs. */
export interface VaultHome {
  readonly cloud: Cloud;
  readonly tenantId: string;
}

/** Which tokens are meant for a service. */
export interface TokenAudience {
  /** What the challenge tells clients to ask a token for. */
  readonly resource: string;
  /** The audiences that tokens may name. */
  readonly accepted: readonly string[];
  /** The message of the 401 for a token for anything else. */
  readonly refusal: (found: string) => string;
}

/** The tokens that are meant for the vaults of a cloud. */
export function vaultAudience({ vaultResource: resource }: Cloud): TokenAudience {
  return {
    resource,
    accepted: [resource, KEY_VAULT_APP_ID],
    refusal: (found) =>
      `AKV10022: Invalid audience. Expected ${resource} or ${KEY_VAULT_APP_ID}, found: ${found}.`,
  };
}

/** A service that takes tokens, with what it knows them by. */
export interface TokenTaker {
  readonly home: VaultHome;
  readonly audience: TokenAudience;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
}

/** The challenge that comes with every 401: which tenant to ask, and for which resource. */
export function challenge({ home, audience }: TokenTaker): Readonly<Record<string, string>> {
  const authority = `https://${home.cloud.loginHost}/${home.tenantId}`;
  return { "WWW-Authenticate": `Bearer authorization="${authority}", resource="${audience.resource}"` };
}

/** Reads the Authorization header. Throws a fault unless it holds a good token for this service. */
export async function authenticate(
  authorization: string | undefined,
  taker: TokenTaker,
): Promise<AccessTokenClaims> {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw unauthorized("AKV10000: Request is missing a Bearer or PoP token.");
  }
  const claims = await taker.issuer.read(token);
  if (claims === "malformed") {
    throw unauthorized("[BearerReadAccessTokenFailed] Error validating token: 'S2S12005'.");
  }
  if (claims === "unknown-key") {
    const [header = ""] = token.split(".");
    throw unauthorized(
      `AKV10046: Unable to resolve the key used for signature validation. EncodedJwtHeader: '${header}'.`,
    );
  }
  checkClaims(claims, taker);
  return claims;
}

function checkClaims(claims: AccessTokenClaims, { home, audience, clock }: TokenTaker): void {
  const now = clock.seconds();
  if (!audience.accepted.includes(claims.audience)) {
    throw unauthorized(audience.refusal(claims.audience));
  }
  const expectedIssuer = issuerOf(home.cloud, home.tenantId);
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
