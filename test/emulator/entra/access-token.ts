/** Access tokens: version 1.0 JWTs, as Azure's services ask Entra ID for them; and the id tokens beside them. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { errors, exportJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import type { Principal } from "../types.ts";
import { ANY_DATE } from "./jwt.ts";

/** Seconds that an access token is valid for. */
export const ACCESS_TOKEN_LIFETIME = 3599;

/** What a service reads out of a token whose signature is good; nothing else of it has been judged. */
export interface AccessTokenClaims {
  readonly audience: string;
  readonly issuer: string;
  readonly appId: string;
  readonly objectId: string;
  /** Whether a person is behind it, rather than an application by itself. */
  readonly isUser: boolean;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Why a token cannot even be read. */
export type TokenDefect = "malformed" | "unknown-key";

/** What a token is issued for, beside whom. */
export interface TokenRequest {
  readonly tenantId: string;
  readonly cloud: Cloud;
  /** The resource that shall take the token. */
  readonly audience: string;
}

/** Signs the tokens of every tenant, and knows its own again. */
export interface TokenIssuer {
  issue(principal: Principal, request: TokenRequest): Promise<string>;
  /** Signs claims of any other kind: those of an id token. */
  sign(claims: JWTPayload): Promise<string>;
  read(token: string): Promise<AccessTokenClaims | TokenDefect>;
  /** The public key, as the JWKS of every tenant shows it. */
  jwk(): Promise<JWK>;
}

/**
 * An issuer with a new key. Entra ID signs by RS256; this one by ES256, because making an RSA key would be most
 * of the emulator's start, and clients must treat the token as opaque anyway.
 */
export function createTokenIssuer(clock: Clock): TokenIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = randomUUID().replaceAll("-", "");
  const sign = async (claims: JWTPayload) =>
    await new SignJWT(claims)
      .setProtectedHeader({ typ: "JWT", alg: "ES256", kid, x5t: kid })
      .sign(privateKey);
  return {
    sign,
    issue: async (principal, request) => await sign(accessTokenClaims(principal, request, clock)),
    async read(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, { algorithms: ["ES256"], ...ANY_DATE });
        return toClaims(payload);
      } catch (error) {
        return error instanceof errors.JWSSignatureVerificationFailed ? "unknown-key" : "malformed";
      }
    },
    jwk: async () => ({ ...(await exportJWK(publicKey)), kid, use: "sig", alg: "ES256" }),
  };
}

/** The `iss` of a tenant's version 1.0 tokens. */
export function issuerOf(cloud: Cloud, tenantId: string): string {
  return `${cloud.tokenIssuer}/${tenantId}/`;
}

/** https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
function accessTokenClaims(
  principal: Principal,
  { tenantId, cloud, audience }: TokenRequest,
  clock: Clock,
): JWTPayload {
  const now = Math.floor(clock.seconds());
  const { appId, objectId } = principal;
  return {
    aud: audience,
    iss: issuerOf(cloud, tenantId),
    iat: now,
    nbf: now,
    exp: now + ACCESS_TOKEN_LIFETIME,
    appid: appId,
    // 0: a public client such as the Azure CLI; 1: one that has shown its credential.
    appidacr: principal.kind === "user" ? "0" : "1",
    idtyp: principal.kind === "user" ? "user" : "app",
    oid: objectId,
    sub: objectId,
    tid: tenantId,
    jti: randomUUID(),
    ver: "1.0",
    ...(principal.userPrincipalName !== undefined && personClaims(principal.userPrincipalName)),
  };
}

function personClaims(userPrincipalName: string): JWTPayload {
  return { upn: userPrincipalName, unique_name: userPrincipalName, scp: "user_impersonation", amr: ["pwd"] };
}

function toClaims(payload: JWTPayload): AccessTokenClaims {
  return {
    audience: String(payload.aud),
    issuer: String(payload.iss),
    appId: String(payload["appid"]),
    objectId: String(payload["oid"]),
    isUser: payload["idtyp"] === "user",
    notBefore: Number(payload.nbf),
    expires: Number(payload.exp),
  };
}
