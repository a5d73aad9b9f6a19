/** Whose request it is: what Resource Manager checks of an access token. */
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import { type AccessTokenClaims, issuerOf, type TokenIssuer } from "../entra/access-token.ts";
import { bearerToken } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";

/** Where Resource Manager belongs, and what it checks tokens by. */
export interface ArmHome {
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
}

/** Reads the Authorization header. Throws a fault unless it holds a good token for Resource Manager. */
export async function authenticateToArm(
  authorization: string | undefined,
  { cloud, tenantId, issuer, clock }: ArmHome,
): Promise<AccessTokenClaims> {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw unauthorized(
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
    );
  }
  const claims = await issuer.read(token);
  if (typeof claims === "string") {
    throw unauthorized("InvalidAuthenticationToken", "The access token is invalid.");
  }
  if (!isForArm(claims.audience, cloud)) {
    throw unauthorized(
      "InvalidAuthenticationToken",
      `The access token has been obtained for wrong audience or resource '${claims.audience}'. It should exactly match with one of the allowed audiences '${cloud.armResources.join("','")}'.`,
    );
  }
  const expected = issuerOf(cloud, tenantId);
  if (claims.issuer !== expected) {
    throw unauthorized(
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer '${claims.issuer}'. It must match the tenant '${expected}' associated with this subscription. Please use the authority (URL) 'https://${cloud.loginHost}/${tenantId}' to get the token.`,
    );
  }
  const now = clock.seconds();
  if (now < claims.notBefore || now >= claims.expires) {
    throw unauthorized("ExpiredAuthenticationToken", "The access token expiry UTC time has passed.");
  }
  return claims;
}

/** The challenge that comes with every 401. */
export function armChallenge({ loginHost }: Cloud, tenantId: string): Readonly<Record<string, string>> {
  const authority = `https://${loginHost}/${tenantId}`;
  return {
    "WWW-Authenticate": `Bearer authorization_uri="${authority}", error="invalid_token", error_description="The access token is missing, expired or invalid."`,
  };
}

function isForArm(audience: string, { armResources }: Cloud): boolean {
  const bare = (name: string) => name.replace(/\/$/, "");
  return armResources.some((resource) => bare(resource) === bare(audience));
}

function unauthorized(code: string, message: string): ServiceFault {
  return new ServiceFault(401, code, message);
}
