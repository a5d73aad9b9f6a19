/** An Azure of its own for each fault, so that no fault meets another's signing. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { startEmulator } from "../emulator/index.ts";
import type {
  CertificateVersion,
  Emulator,
  EmulatorOptions,
  Principal,
  ServicePrincipalCredential,
  Vault,
  VaultOptions,
} from "../emulator/types.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
  issueLeaf,
} from "../pki/index.ts";
import { TENANT_ID } from "./stand-ins.ts";

/** How the Azure of a fault may differ from one in which signing goes well. */
export interface WorldOptions {
  readonly vault?: VaultOptions;
  readonly emulator?: EmulatorOptions;
  /** How the principal proves who it is. Default: `client-secret`. */
  readonly credential?: ServicePrincipalCredential;
}

/** Certificates that all faults share. */
export interface Certificates {
  readonly root: CertificateAuthority;
  readonly intermediate: CertificateAuthority;
  readonly leaf: IssuedCertificate;
  /** Another leaf of the same subject and issuer, with a key of its own. */
  readonly otherLeaf: IssuedCertificate;
  /** An authority that issued none of them. */
  readonly stranger: CertificateAuthority;
}

/** One vault with one certificate, and one principal with all that signing needs and nothing more. */
export interface World {
  readonly emulator: Emulator;
  readonly vault: Vault;
  /** Host name of the vault. */
  readonly host: string;
  readonly principal: Principal;
  readonly certificates: Certificates;
  /** The certificate in the vault, with its whole chain. */
  readonly signer: CertificateVersion;
  /** A folder for the fault's files. */
  readonly folder: string;
  /** Writes a file into the folder. Returns its path. */
  writeFile(name: string, content: string, mode?: number): Promise<string>;
  close(): Promise<void>;
}

/** Name of the vault and of the certificate in it, as every message should say them. */
export const VAULT_NAME = "myvault";
export const CERTIFICATE_NAME = "signer";

/** Makes the certificates; elliptic keys take no time. */
export async function createCertificates(): Promise<Certificates> {
  const [root, stranger] = await Promise.all([
    createCertificateAuthority({ subject: "C=US, O=Example, CN=Example Root" }),
    createCertificateAuthority({ subject: "C=US, O=Stranger, CN=Stranger Root" }),
  ]);
  const subject = "C=US, O=Example, CN=Example Code Signing CA";
  const intermediate = await createCertificateAuthority({ subject, issuer: root });
  const [leaf, otherLeaf] = await Promise.all([
    issueLeaf({ subject: SIGNER_SUBJECT, issuer: intermediate }),
    issueLeaf({ subject: SIGNER_SUBJECT, issuer: intermediate }),
  ]);
  return { root, intermediate, leaf, otherLeaf, stranger };
}

/** Starts an Azure in which signing goes well. Whoever calls it closes it. */
export async function openWorld(
  parentFolder: string,
  certificates: Certificates,
  options: WorldOptions = {},
): Promise<World> {
  const [emulator, folder] = await Promise.all([
    startEmulator({ tenantId: TENANT_ID, ...options.emulator }),
    mkdtemp(join(parentFolder, "fault-")),
  ]);
  const vault = emulator.createVault(VAULT_NAME, options.vault);
  const principal = await emulator.createServicePrincipal(options.credential ?? "client-secret");
  if (options.vault?.permissionModel !== "rbac") {
    vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  }
  return {
    emulator,
    vault,
    host: new URL(vault.url).host,
    principal,
    certificates,
    signer: vault.importCertificate({
      name: CERTIFICATE_NAME,
      privateKey: certificates.leaf.privateKey,
      certificates: certificates.leaf.chain,
    }),
    folder,
    async writeFile(name, content, mode = 0o600) {
      const path = join(folder, name);
      await writeFile(path, content, { mode });
      return path;
    },
    async close() {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
