/** A vault of a running emulator with one principal that may sign and read secrets: for tests of what is in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
  issueLeaf,
  type KeySpec,
} from "../pki/index.ts";
import { authorize } from "./client.ts";
import { type Emulator, type ImportRequest, type Principal, startEmulator, type Vault } from "./index.ts";

export const VERSION = "api-version=7.4";

export interface SigningVault {
  readonly emulator: Emulator;
  readonly vault: Vault;
  readonly principal: Principal;
  /** The principal's Authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly root: CertificateAuthority;
  /** For files of the test. */
  readonly folder: string;
  /** Imports a new leaf of the root. */
  importLeaf(name: string, keySpec: KeySpec, changes?: Partial<ImportRequest>): Promise<IssuedCertificate>;
  close(): Promise<void>;
}

/** Starts an emulator; whoever calls it closes it. */
export async function openSigningVault(): Promise<SigningVault> {
  const folder = mkdtempSync(join(tmpdir(), "signing-vault-"));
  const emulator = await startEmulator();
  const vault = emulator.createVault("myvault");
  const principal = await emulator.createServicePrincipal("client-secret");
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"] });
  const root = await createCertificateAuthority({ subject: "CN=root" });
  return {
    emulator,
    vault,
    principal,
    headers: await authorize(emulator, principal),
    root,
    folder,
    async importLeaf(name, keySpec, changes = {}) {
      const leaf = await issueLeaf({ subject: `CN=${name}`, keySpec, issuer: root });
      vault.importCertificate({ name, privateKey: leaf.privateKey, certificates: leaf.chain, ...changes });
      return leaf;
    },
    async close() {
      await emulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}
