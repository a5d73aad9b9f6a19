/** What the cases of the matrix share: vaults, certificates, and account of everything that must stay secret. */
import type { KeyObject } from "node:crypto";
import type { CertificateVersion, Emulator, ImportRequest, Principal, Vault } from "../emulator/types.ts";
import type { IssuedCertificate } from "../pki/index.ts";
import { createHierarchy, type Hierarchy } from "./hierarchy.ts";
import { readSecretValue } from "./secret-value.ts";
import { openStage, type Stage } from "./stage.ts";

/** One vault per set of permissions, as permissions are given per vault. */
export interface Vaults {
  readonly principal: Principal;
  /** Access policy keys sign, secrets get, certificates get: the least that reads a chain from the vault. */
  readonly signing: Vault;
  /** Access policy keys sign, certificates get: the least where the chain comes from elsewhere. */
  readonly certificatesOnly: Vault;
  /** Roles Key Vault Certificate User and Key Vault Crypto User. */
  readonly roles: Vault;
}

export interface Matrix {
  readonly stage: Stage;
  readonly hierarchy: Hierarchy;
  readonly vaults: Vaults;
  /** Every private key that a vault was given. */
  readonly privateKeys: ReadonlySet<KeyObject>;
  /** Imports a certificate with its whole chain, leaf first; `options` say what is otherwise. */
  importInto(
    vault: Vault,
    name: string,
    issued: IssuedCertificate,
    options?: Partial<ImportRequest>,
  ): CertificateVersion;
  /** The values of all secrets that can be read by those who sign. */
  readSecretValues(): Promise<readonly string[]>;
}

/** Opens the stage and makes certificates and vaults. */
export async function openMatrix(): Promise<Matrix> {
  const [stage, hierarchy] = await Promise.all([openStage(), createHierarchy()]);
  const vaults = await createVaults(stage.emulator);
  const privateKeys = new Set<KeyObject>();
  const secretIds = new Set<string>();
  return {
    stage,
    hierarchy,
    vaults,
    privateKeys,
    importInto(vault, name, { privateKey, certificate, chain }, options = {}) {
      const request = { name, privateKey, certificates: chain, leaf: certificate, ...options };
      const ids = vault.importCertificate(request);
      privateKeys.add(privateKey);
      if (vault !== vaults.certificatesOnly) {
        secretIds.add(ids.secretId);
      }
      return ids;
    },
    readSecretValues: () =>
      Promise.all([...secretIds].map((id) => readSecretValue(stage.emulator, vaults.principal, id))),
  };
}

/** Makes the vaults, and a service principal that has exactly those permissions. */
async function createVaults(emulator: Emulator): Promise<Vaults> {
  const principal = await emulator.createServicePrincipal("client-secret");
  const signing = emulator.createVault("matrix-signing");
  signing.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  const certificatesOnly = emulator.createVault("matrix-certificates");
  certificatesOnly.setAccessPolicy(principal, { keys: ["sign"], certificates: ["get"] });
  const roles = emulator.createVault("matrix-roles", { permissionModel: "rbac" });
  roles.assignRole(principal, "Key Vault Certificate User");
  roles.assignRole(principal, "Key Vault Crypto User");
  return { principal, signing, certificatesOnly, roles };
}
