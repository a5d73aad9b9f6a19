/** Who an access token was issued to, as far as the token says so. */
export interface TokenHolder {
  /** Claim `appid`, or `azp` in version 2.0: the application's client id. */
  readonly applicationId: string | undefined;
  /** Claim `oid`: what permissions are granted to. */
  readonly objectId: string | undefined;
  /** Claim `tid`. */
  readonly tenantId: string | undefined;
  /** A person's name to sign in by; undefined for applications. */
  readonly user: string | undefined;
  /** Claim `xms_mirid`: the resource id of a managed identity, or of the machine that it is assigned to. */
  readonly managedIdentity: string | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Reads who holds a token; nothing where it is no JSON Web Token (RFC 7519). Nothing is verified: a token is for the service
 * that it was issued for, and this is for people, and to see whether a token of another tenant is worth asking for.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function holderOf(token: string): TokenHolder {
  const claims = claimsOf(token);
  return {
    applicationId: textIn(claims, "appid", "azp"),
    objectId: textIn(claims, "oid"),
    tenantId: textIn(claims, "tid"),
    user: textIn(claims, "upn", "unique_name", "preferred_username"),
    managedIdentity: textIn(claims, "xms_mirid"),
  };
}

function claimsOf(token: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

/** The first of these claims that is a text. */
function textIn(claims: Claims, ...names: readonly string[]): string | undefined {
  return names
    .map((name) => claims[name])
    .find((value): value is string => typeof value === "string" && value !== "");
}
