/** A managed HSM of a running emulator with one principal that may sign: for tests of what it answers. */
import { createHash, type KeyObject, verify } from "node:crypto";
import { generatePrivateKey } from "../pki/index.ts";
import { authorize, type RawAnswer, send } from "./client.ts";
import { type Emulator, type ManagedHsm, type Principal, startEmulator } from "./index.ts";
import { VERSION } from "./signing-vault.ts";

export const HSM_RESOURCE = "https://managedhsm.azure.net";
export const DIGEST: Buffer = createHash("sha256").update("message").digest();
/** What every message of an HSM ends in. */
export const ACTIVITY = / \(Activity ID: (?<id>[0-9a-f-]{36})\)$/;

export interface SigningHsm {
  readonly emulator: Emulator;
  readonly hsm: ManagedHsm;
  /** Managed HSM Crypto User. */
  readonly principal: Principal;
  /** The principal's Authorization. */
  readonly headers: Readonly<Record<string, string>>;
  /** EC-256, for whatever needs one. */
  readonly privateKey: KeyObject;
  get(path: string, authorization?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** Signs the digest of `message`. Default algorithm: ES256. */
  sign(path: string, alg?: string): Promise<RawAnswer>;
}

/** Starts an emulator; whoever calls it closes it. */
export async function openSigningHsm(): Promise<SigningHsm> {
  const emulator = await startEmulator();
  const principal = await emulator.createServicePrincipal("client-secret");
  const headers = await authorize(emulator, principal, HSM_RESOURCE);
  const hsm = emulator.createManagedHsm("MyHsm");
  hsm.assignRole(principal, "Managed HSM Crypto User");
  const privateKey = await generatePrivateKey("EC-256");
  return {
    emulator,
    hsm,
    principal,
    headers,
    privateKey,
    get: async (path, authorization = headers) =>
      await send(emulator, `${hsm.url}${path}?${VERSION}`, { headers: authorization }),
    async sign(path, alg = "ES256") {
      const body = JSON.stringify({ alg, value: DIGEST.toString("base64url") });
      return await send(emulator, `${hsm.url}${path}?${VERSION}`, { method: "POST", headers, body });
    },
  };
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly innererror?: { readonly code: string };
}

export function errorOf({ json }: RawAnswer): ErrorBody {
  return (json as { error: ErrorBody }).error;
}

/** Whether this is the key's ECDSA signature of `message`, in base64url. */
export function isSignatureOf(key: KeyObject, signature: string): boolean {
  const octets = Buffer.from(signature, "base64url");
  return verify("sha256", Buffer.from("message"), { key, dsaEncoding: "ieee-p1363" }, octets);
}

/** The value of a sign call's answer. */
export function signatureIn({ json }: RawAnswer): string {
  return (json as { value: string }).value;
}
