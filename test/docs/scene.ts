/** What stands around the person who enters a document's commands: Azure, a registry, a CA, programs on the path. */
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PLUGIN_VERSION, pluginArchive } from "../e2e/archive.ts";
import { mustRun } from "../e2e/command.ts";
import { pushImage } from "../e2e/image.ts";
import { type Registry, startRegistry } from "../e2e/registry.ts";
import { azEnvironment } from "../emulator/azure-cli.ts";
import { startEmulator } from "../emulator/index.ts";
import type { Emulator, Principal, User, Vault } from "../emulator/types.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueFromRequest,
  issueLeaf,
  toPem,
} from "../pki/index.ts";
import { provideTools } from "../tools/index.ts";

/** The subject of every certificate that a CA issues in the docs. */
const SUBJECT = "C=US, ST=WA, L=Redmond, O=Example, CN=Example signer";

/** The archive as the docs call it, whatever this machine is: a new version must change them. */
export const ARCHIVE = `notation-azure-kv_${PLUGIN_VERSION}_linux_amd64.tar.gz`;

/** Shared by all documents. */
export interface World {
  readonly folder: string;
  readonly emulator: Emulator;
  readonly registry: Registry;
  /** Who enters the commands, signed in by `az`. */
  readonly user: User;
  /** A workload, and an application with a client certificate. */
  readonly workload: Principal;
  readonly application: Principal;
  /** The machine's two managed identities. */
  readonly machine: Principal;
  readonly assigned: Principal;
  readonly root: CertificateAuthority;
  readonly issuing: CertificateAuthority;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A document's own: its folder, which is its home too, and its vault. */
export interface Desk {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly vault: Vault;
  readonly keyIdentifier: string;
  readonly image: string;
  /** Whom the document grants what signing needs: `<object id>`. */
  readonly grantee: Principal;
}

/** What a document is about, as far as its desk depends on it. */
export interface DeskOptions {
  readonly name: string;
  /** The document grants what signing needs: nobody has done so before. */
  readonly grants: boolean;
  /** Who gets it: the person, or the workload of a pipeline. */
  readonly grantee: "user" | "workload";
}

/** Starts everything. The official programs are built or installed at the first time. */
export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "docs-"));
  const [notation = ""] = await provideTools("notation", "oras", "registry", "az");
  const emulator = await startEmulator();
  const registry = await startRegistry(folder, await emulator.issueTlsCertificate(["127.0.0.1"]));
  const bin = join(folder, "bin");
  await mkdir(bin);
  await symlink(notation, join(bin, "notation"));
  const azure = await azEnvironment(emulator, join(folder, "azure"));
  const environment = { ...azure, PATH: `${bin}:${azure["PATH"] ?? ""}` };
  const user = emulator.createUser({ userPrincipalName: "signer@example.com" });
  emulator.subscription.assignRole(user, "Owner");
  emulator.approveDeviceCodesAs(user);
  await mustRun("az", ["login", "--use-device-code"], { environment, folder, transcript: [] });
  const subject = "C=US, O=Example, CN=Example root";
  const root = await createCertificateAuthority({ subject, keySpec: "RSA-2048" });
  const intermediate = { subject: "C=US, O=Example, CN=Example issuing CA", issuer: root };
  return {
    folder,
    emulator,
    registry,
    user,
    environment,
    root,
    workload: await emulator.createServicePrincipal("federated-token"),
    application: await emulator.createServicePrincipal("client-certificate"),
    machine: emulator.createManagedIdentity("system-assigned"),
    assigned: emulator.createManagedIdentity("user-assigned"),
    issuing: await createCertificateAuthority({ ...intermediate, keySpec: "RSA-2048" }),
    async close() {
      await registry.stop();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A folder, a vault with the certificate `signer`, an image, and the files that docs take for given. */
export async function openDesk(world: World, { name, grants, grantee }: DeskOptions): Promise<Desk> {
  const { emulator, user, workload, application, machine, assigned, issuing, root } = world;
  const folder = join(world.folder, name);
  await mkdir(folder);
  const vault = emulator.createVault(`docs-${name}`);
  for (const principal of [user, workload, application, machine, assigned]) {
    const making = principal === user ? (["create", "import", "list"] as const) : [];
    const signing = !grants || principal !== world[grantee];
    vault.setAccessPolicy(principal, {
      keys: signing ? ["sign"] : [],
      secrets: signing ? ["get"] : [],
      certificates: signing || principal === user ? [...making, "get"] : [],
    });
  }
  const { privateKey, chain } = await issueLeaf({ subject: SUBJECT, issuer: issuing, keySpec: "RSA-2048" });
  const { keyId } = vault.importCertificate({ name: "signer", privateKey, certificates: chain });
  await writeFile(join(folder, "root.crt"), toPem(root.certificate));
  await layOutReleases(folder);
  const environment = { ...world.environment, HOME: folder };
  const image = await pushImage(world.registry.address, { folder, environment, transcript: [] });
  return { folder, vault, environment, image, keyIdentifier: keyId, grantee: world[grantee] };
}

/** The archive under the name that the docs give, its checksum, and a stand-in for Microsoft's plugin. */
async function layOutReleases(folder: string): Promise<void> {
  await copyFile(pluginArchive(), join(folder, ARCHIVE));
  const checksums = join(folder, `notation-azure-kv_${PLUGIN_VERSION}_checksums.txt`);
  await writeFile(checksums, `${await sha256(join(folder, ARCHIVE))}  ${ARCHIVE}\n`);
  const metadata = {
    name: "azure-kv",
    description: "Notation Azure Key Vault plugin",
    version: "1.2.1",
    url: "https://github.com/Azure/notation-azure-kv",
    supportedContractVersions: ["1.0"],
    capabilities: ["SIGNATURE_GENERATOR.RAW"],
  };
  const old = join(folder, "old");
  await mkdir(old);
  const script = `#!/bin/sh\ncat <<'EOF'\n${JSON.stringify(metadata)}\nEOF\n`;
  await writeFile(join(old, "notation-azure-kv"), script, { mode: 0o755 });
  const target = join(folder, "notation-azure-kv_1.2.1_linux_amd64.tar.gz");
  const options = { environment: {}, folder: old, transcript: [] };
  await mustRun("tar", ["-czf", target, "notation-azure-kv"], options);
}

/** Hexadecimal. */
export async function sha256(file: string): Promise<string> {
  return new Bun.CryptoHasher("sha256").update(await readFile(file)).digest("hex");
}

/** The CA answers a request that has come: `signer.csr` becomes the certificate and those of its issuers. */
export async function answerRequests({ root, issuing }: World, { folder }: Desk): Promise<void> {
  const path = join(folder, "signer.csr");
  const request = await readFile(path, "utf8").catch(() => undefined);
  if (request === undefined) {
    return;
  }
  const { chain } = await issueFromRequest({ request, issuer: issuing, subject: SUBJECT });
  const [leaf, ...issuers] = chain;
  if (leaf === undefined) {
    throw new Error("the CA issued nothing");
  }
  await writeFile(join(folder, "leaf.crt"), toPem(leaf));
  await writeFile(join(folder, "intermediate.crt"), toPem(...issuers.slice(0, 1)));
  await writeFile(join(folder, "root.crt"), toPem(root.certificate));
  await rm(path);
}
