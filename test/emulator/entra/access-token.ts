/** Access tokens: version 1.0 JWTs, as Key Vault asks Entra ID for them. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { errors, exportJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Cloud } from "../clouds.ts";
import type { Principal } from "../types.ts";
import { ANY_DATE } from "./jwt.ts";

/** Seconds that an access token is valid for. */
export const ACCESS_TOKEN_LIFETIME = 3599;

/** What a key vault reads out of a token whose signature is good; nothing else of it has been judged. */
export interface AccessTokenClaims {
  readonly audience: string;
  readonly issuer: string;
  readonly appId: string;
  readonly objectId: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Why a token cannot even be read. */
export type TokenDefect = "malformed" | "unknown-key";

/** Signs the tokens of every tenant, and knows its own again. */
export interface TokenIssuer {
  issue(principal: Principal, tenantId: string, cloud: Cloud): Promise<string>;
  read(token: string): Promise<AccessTokenClaims | TokenDefect>;
  /** The public key, as the JWKS of every tenant shows it. */
  jwk(): Promise<JWK>;
}

/**
 * An issuer with a new key. Entra ID signs by RS256; this one by ES256, because making an RSA key would be most
 * of the emulator's start, and clients must treat the token as opaque anyway.
 */
export function createTokenIssuer(): TokenIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = randomUUID().replaceAll("-", "");
  return {
    async issue(principal, tenantId, cloud) {
      const now = Math.floor(Date.now() / 1000);
      const { appId, objectId } = principal;
      return await new SignJWT({
        appid: appId,
        appidacr: "1",
        idtyp: "app",
        oid: objectId,
        tid: tenantId,
        ver: "1.0",
      })
        .setProtectedHeader({ typ: "JWT", alg: "ES256", kid, x5t: kid })
        .setAudience(cloud.vaultResource)
        .setIssuer(issuerOf(cloud, tenantId))
        .setSubject(objectId)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + ACCESS_TOKEN_LIFETIME)
        .setJti(randomUUID())
        .sign(privateKey);
    },
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

function toClaims(payload: JWTPayload): AccessTokenClaims {
  return {
    audience: String(payload.aud),
    issuer: String(payload.iss),
    appId: String(payload["appid"]),
    objectId: String(payload["oid"]),
    notBefore: Number(payload.nbf),
    expires: Number(payload.exp),
  };
}
