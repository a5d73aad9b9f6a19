/** Who Entra ID knows: the tenants, and the principals with what each proves its identity by. */
import { createHash, createPublicKey, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import type { Principal } from "../types.ts";

/** What an application may authenticate with: one of the three, as it was registered. */
export type Registration =
  | { readonly kind: "client-secret"; readonly secret: string }
  | { readonly kind: "client-certificate"; readonly certificate: RegisteredCertificate }
  | { readonly kind: "federated-token"; readonly federation: FederatedCredential }
  /** A managed identity: nobody authenticates as it at the token endpoint. */
  | { readonly kind: "managed-identity" }
  /** A person: they approve what an application of theirs asks for. */
  | { readonly kind: "user" };

/** A certificate that an application's assertions are verified with. */
export interface RegisteredCertificate {
  readonly publicKey: KeyObject;
  /** base64url SHA-1 and SHA-256 of the DER: `x5t` and `x5t#S256` of RFC 7515. */
  readonly thumbprints: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A federated identity credential: the outside issuer, subject and audience that stand for the application. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** The key that the issuer's JWKS would show. */
  readonly publicKey: KeyObject;
}

/** A principal and how it authenticates. */
export interface Identity {
  readonly principal: Principal;
  readonly registration: Registration;
}

/** The directory of the emulator's tenant. */
export interface Directory {
  readonly tenantId: string;
  /** Tenants that exist but hold no principal: those of foreign vaults. */
  addTenant(tenantId: string): void;
  hasTenant(tenantId: string): boolean;
  add(identity: Identity): void;
  /** Throws where Entra ID would not be asked by the application itself: for people and managed identities. */
  disable(principal: Principal): void;
  isDisabled(identity: Identity): boolean;
  byAppId(appId: string): Identity | undefined;
  byObjectId(objectId: string): Identity | undefined;
  byUserPrincipalName(name: string): Identity | undefined;
}

/** An empty directory. */
export function createDirectory(tenantId: string): Directory {
  const tenants = new Set([tenantId]);
  const identities: Identity[] = [];
  const disabled = new Set<Identity>();
  return {
    tenantId,
    addTenant: (id) => void tenants.add(id),
    hasTenant: (id) => tenants.has(id.toLowerCase()),
    add: (identity) => void identities.push(identity),
    disable({ objectId }) {
      const identity = identities.find(({ principal }) => principal.objectId === objectId);
      if (identity === undefined || ["user", "managed-identity"].includes(identity.registration.kind)) {
        throw new Error(`${objectId} is no service principal with a credential`);
      }
      disabled.add(identity);
    },
    isDisabled: (identity) => disabled.has(identity),
    byAppId: (appId) =>
      identities.find(
        ({ principal }) => principal.kind === "application" && principal.appId === appId.toLowerCase(),
      ),
    byObjectId: (objectId) =>
      identities.find(({ principal }) => principal.objectId === objectId.toLowerCase()),
    byUserPrincipalName: (name) =>
      identities.find(({ principal }) => principal.userPrincipalName?.toLowerCase() === name.toLowerCase()),
  };
}

/** A client id and an object id for a new application. */
export function newPrincipalIds(): Pick<Principal, "appId" | "objectId"> & { readonly kind: "application" } {
  return { kind: "application", appId: randomUUID(), objectId: randomUUID() };
}

/** What the directory calls a principal. */
export function displayName({ kind, appId, userPrincipalName }: Principal): string {
  return kind === "user" ? (userPrincipalName?.split("@")[0] ?? "") : `app-${appId.slice(0, 8)}`;
}

/** A client secret of the shape that Entra ID makes: 40 characters. */
export function newClientSecret(): string {
  return `emu8Q~${randomBytes(26).toString("base64url").slice(0, 34)}`;
}

/** What is registered of a certificate: never its private key. */
export function registerCertificate(
  certificate: Uint8Array,
  privateKey: KeyObject,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
): RegisteredCertificate {
  const thumbprint = (hash: string) => createHash(hash).update(certificate).digest("base64url");
  return {
    publicKey: createPublicKey(privateKey),
    thumbprints: [thumbprint("sha1"), thumbprint("sha256")],
    ...validity,
  };
}
