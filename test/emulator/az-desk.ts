/** A person at a terminal who makes certificates with the real Azure CLI: what the suites about it share. */
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CertificateAuthority, createCertificateAuthority } from "../pki/index.ts";
import { provideTool } from "../tools/index.ts";
import { type Az, createAz, loginArguments } from "./azure-cli.ts";
import { type Emulator, type Principal, startEmulator } from "./index.ts";

/** How long one test may take. */
export const CASE_LIMIT_MS = 180_000;
/** At the first time the CLI is installed. */
export const SETUP_LIMIT_MS = 600_000;

/** The subject of every certificate of these suites. */
export const SUBJECT = "C=US, ST=WA, L=Seattle, O=Example, CN=signer";

/** The terminal, and what is around it. */
export interface AzDesk {
  readonly emulator: Emulator;
  readonly az: Az;
  /** Who is signed in, and may make certificates in the vault `MyVault`. */
  readonly principal: Principal;
  readonly issuing: CertificateAuthority;
  /** The path of a file that may not exist yet. */
  path(name: string): string;
  /** Writes a file; resolves to its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** A policy as a person writes it by the scaffold; resolves to what `--policy` takes. */
  policyFile(name: string, keyProperties: object): Promise<string>;
  /** The common names in the PKCS#12 of a secret, in its order, as openssl reads it. */
  namesInSecret(name: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts an emulator and signs in. */
export async function openDesk(): Promise<AzDesk> {
  await provideTool("az");
  const emulator = await startEmulator();
  const folder = await mkdtemp(join(tmpdir(), "az-desk-"));
  const root = await createCertificateAuthority({ subject: "CN=root" });
  const principal = await emulator.createServicePrincipal("client-secret");
  emulator.createVault("MyVault").setAccessPolicy(principal, {
    keys: ["sign"],
    secrets: ["get"],
    certificates: ["create", "delete", "get", "import", "list"],
  });
  const az = await createAz(emulator, join(folder, "azure"));
  await az.run(...loginArguments(principal), "--allow-no-subscriptions", "-o", "none");
  const path = (name: string) => join(folder, name);
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(path(name), content);
    return path(name);
  };
  return {
    emulator,
    az,
    principal,
    issuing: await createCertificateAuthority({ subject: "CN=issuing", issuer: root }),
    path,
    file,
    policyFile: async (name, keyProperties) =>
      `@${await file(`${name}.json`, JSON.stringify(policy(keyProperties)))}`,
    async namesInSecret(name) {
      const query = ["--vault-name", "MyVault", "--name", name, "--query", "value", "-o", "tsv"];
      const value = await az.run("keyvault", "secret", "show", ...query);
      return commonNames(openPkcs12(await file(`${name}.pfx`, Buffer.from(value, "base64"))));
    },
    async close() {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `az keyvault certificate …` of one name, printing one value. */
export function certificate(
  verb: string,
  name: string,
  query: string,
  ...more: readonly string[]
): readonly string[] {
  const which = ["--vault-name", "MyVault", "--name", name];
  return ["keyvault", "certificate", ...verb.split(" "), ...which, ...more, "--query", query, "-o", "tsv"];
}

function policy(keyProperties: object): object {
  return {
    issuerParameters: { name: "Unknown" },
    keyProperties: { exportable: true, reuseKey: false, ...keyProperties },
    secretProperties: { contentType: "application/x-pkcs12" },
    x509CertificateProperties: {
      ekus: ["1.3.6.1.5.5.7.3.3"], // Code signing.
      keyUsage: ["digitalSignature"],
      subject: SUBJECT,
      validityInMonths: 12,
    },
  };
}

function openPkcs12(path: string): string {
  const flags = ["-legacy", "-in", path, "-nokeys", "-passin", "pass:"];
  return execFileSync("openssl", ["pkcs12", ...flags], { stdio: ["ignore", "pipe", "ignore"] }).toString();
}

function commonNames(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => /^CN=(.*)$/m.exec(new X509Certificate(block).subject)?.[1] ?? "");
}
