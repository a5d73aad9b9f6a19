/** What stands around the person who follows the guide: Azure, a registry, a web server, programs on the path. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pluginArchive } from "../e2e/archive.ts";
import { serveArchive } from "../e2e/archive-server.ts";
import { pushImage } from "../e2e/image.ts";
import { startRegistry } from "../e2e/registry.ts";
import { azEnvironment } from "../emulator/azure-cli.ts";
import { startEmulator } from "../emulator/index.ts";
import type { Emulator, User, Vault } from "../emulator/types.ts";
import { type CertificateAuthority, createCertificateAuthority } from "../pki/index.ts";
import { provideTools } from "../tools/index.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** The subject that the guide's certificate is issued for; the trust policy asks for it. */
export const SUBJECT = "C=US, ST=WA, L=Seattle, O=Example Inc, CN=Example Inc";

export interface Scene {
  readonly emulator: Emulator;
  readonly terminal: Terminal;
  /** Where the terminal is. */
  readonly folder: string;
  /** The person; owner of the subscription. */
  readonly user: User;
  /** Governed by access policies; the person made it, and may make certificates in it. */
  readonly policyVault: Vault;
  /** Governed by roles; the person has none. */
  readonly roleVault: Vault;
  readonly root: CertificateAuthority;
  readonly issuing: CertificateAuthority;
  readonly archive: { readonly url: string; readonly sha256: string };
  /** Pushes a new image. Returns its reference by digest. */
  pushImage(): Promise<string>;
  close(): Promise<void>;
}

/** Sets the scene. The official programs are built or installed at the first time. */
export async function setScene(print: (text: string) => void): Promise<Scene> {
  const cleanups: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  };
  try {
    return { ...(await startEverything(print, cleanups)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startEverything(
  print: (text: string) => void,
  cleanups: (() => Promise<void>)[],
): Promise<Omit<Scene, "close">> {
  const folder = await mkdtemp(join(tmpdir(), "guide-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const emulator = await startEmulator();
  cleanups.push(() => emulator.close());
  const azure = await azEnvironment(emulator, join(folder, "azure"));
  const environment = {
    ...azure,
    PATH: `${await linkPrograms(folder)}:${azure["PATH"] ?? ""}`,
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, "config"),
  };
  const tls = await emulator.issueTlsCertificate(["127.0.0.1"]);
  const registry = await startRegistry(folder, tls);
  cleanups.push(() => registry.stop());
  const archive = await serveArchive(pluginArchive(), tls);
  cleanups.push(() => archive.close());
  return {
    emulator,
    folder,
    archive,
    ...registerPeople(emulator),
    ...(await createAuthorities()),
    terminal: openTerminal({ folder, environment, print }),
    pushImage: () => pushImage(registry.address, { folder, environment, transcript: [] }),
  };
}

/** A folder for the path in which `notation` is the one that was built; the registry is built along with it. */
async function linkPrograms(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const [notation = ""] = await provideTools("notation", "oras", "registry");
  await symlink(notation, join(bin, "notation"));
  return bin;
}

/** The person, who owns the subscription, and two vaults in it. */
function registerPeople(emulator: Emulator) {
  const user = emulator.createUser({ userPrincipalName: "signer@example.com" });
  emulator.subscription.assignRole(user, "Owner");
  const policyVault = emulator.createVault("guide-policies");
  // What Azure gives to whoever creates a vault, as far as the guide needs it.
  policyVault.setAccessPolicy(user, { certificates: ["create", "get", "import", "list"] });
  const roleVault = emulator.createVault("guide-roles", { permissionModel: "rbac" });
  return { user, policyVault, roleVault };
}

/** The CA that stands in for GlobalSign: a root, and an issuing CA below it. */
async function createAuthorities() {
  const keySpec = "RSA-4096";
  const name = "C=BE, O=GlobalSign stand-in";
  const root = await createCertificateAuthority({ subject: `${name}, CN=Code Signing Root R45`, keySpec });
  const issuing = await createCertificateAuthority({
    subject: `${name}, CN=GCC R45 CodeSigning CA 2020`,
    issuer: root,
    keySpec,
  });
  return { root, issuing };
}
