/** The lines that `check` prints for whoever verifies: cut from its report, and pasted on a machine that trusts nothing yet. */
import { expect } from "bun:test";
import type { KeyObject } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { Glob } from "bun";
import type { Made } from "../chains/certificates.ts";
import type { CertificateVersion, Principal } from "../emulator/types.ts";
import { der, objectIdentifier, sequence } from "../pki/der.ts";
import { provideTool } from "../tools/index.ts";
import { type CommandResult, machineEnvironment, runCommand, succeeded } from "./command.ts";
import { readSecretValue } from "./secret-value.ts";
import { signNewImage } from "./signing.ts";
import { openStage, type Stage } from "./stage.ts";

/** The types of the attributes by their object identifiers: RFC 4519, section 2; RFC 2985, section 5.2.1. */
const ATTRIBUTE_TYPES = {
  C: "550406",
  ST: "550408",
  L: "550407",
  O: "55040a",
  OU: "55040b",
  CN: "550403",
  SERIALNUMBER: "550405",
  STREET: "550409",
  POSTALCODE: "550411",
  emailAddress: "2a864886f70d010901",
} as const;

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** Tags of string types, and how text is encoded in them. */
const STRING_TYPES = {
  NumericString: { tag: 0x12, encode: latin1 },
  UTF8String: { tag: 0x0c, encode: (text: string) => Buffer.from(text) },
  PrintableString: { tag: 0x13, encode: latin1 },
  // As CAs use it that are older than UTF8String: ISO 8859-1.
  TeletexString: { tag: 0x14, encode: latin1 },
  IA5String: { tag: 0x16, encode: latin1 },
  BMPString: { tag: 0x1e, encode: (text: string) => Buffer.from(text, "utf16le").swap16() },
} as const;

/** One attribute of a subject. Default of the string type: UTF8String. */
export type Attribute = readonly [
  type: keyof typeof ATTRIBUTE_TYPES,
  value: string,
  stringType?: keyof typeof STRING_TYPES | undefined,
];

/** A name, DER, by none of the libraries that the product reads names with: RFC 5280, section 4.1.2.4. */
export function nameOf(attributes: readonly Attribute[]): Uint8Array {
  const relativeNames = attributes.map(([type, value, stringType = "UTF8String"]) => {
    const { tag, encode } = STRING_TYPES[stringType];
    return der(0x31, sequence(objectIdentifier(ATTRIBUTE_TYPES[type]), der(tag, encode(value))));
  });
  return new Uint8Array(sequence(...relativeNames));
}

/** A vault whose keys are checked and signed with, all by one service principal. */
export interface CheckedVault {
  readonly stage: Stage;
  readonly signer: Principal;
  /** Those of all certificates that were imported. */
  readonly privateKeys: readonly KeyObject[];
  importLeaf(leaf: Made): CertificateVersion;
  /** Runs `check` of the plugin as Notation has installed it; any exit code but 0 fails the test. */
  check(ids: CertificateVersion): Promise<TrustLines>;
  /** A new image's reference. */
  sign(ids: CertificateVersion): Promise<string>;
  /** The values of the secrets behind the certificates. */
  readSecretValues(): Promise<readonly string[]>;
}

/** Opens a stage with a vault in it: `trust-lines`. */
export async function openCheckedVault(): Promise<CheckedVault> {
  const stage = await openStage();
  const { emulator, options } = stage;
  const signer = await emulator.createServicePrincipal("client-secret");
  const vault = emulator.createVault("trust-lines");
  vault.setAccessPolicy(signer, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  const pattern = new Glob("**/plugins/azure-kv/notation-azure-kv*");
  const installed = await Array.fromAsync(pattern.scan({ cwd: options.folder, absolute: true }));
  expect(installed).toHaveLength(1);
  const [plugin = ""] = installed;
  const environment = { ...options.environment, ...signer.environment };
  const privateKeys: KeyObject[] = [];
  const secretIds: string[] = [];
  return {
    stage,
    signer,
    privateKeys,
    importLeaf({ privateKey, chain }) {
      const name = `leaf-${privateKeys.push(privateKey)}`;
      const ids = vault.importCertificate({ name, privateKey, certificates: chain });
      secretIds.push(ids.secretId);
      return ids;
    },
    async check({ keyId }) {
      const args = ["check", "--id", keyId, "--plugin-config", "credential_type=environment"];
      const { exitCode, stdout, stderr } = await runCommand(plugin, args, { ...options, environment });
      expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: "" });
      return trustLinesIn(stdout);
    },
    sign({ keyId: id }) {
      return signNewImage(stage, {
        principal: signer,
        id,
        pluginConfig: { credential_type: "environment" },
      });
    },
    readSecretValues: () => Promise.all(secretIds.map((id) => readSecretValue(emulator, signer, id))),
  };
}

/** The part of a report that is for whoever verifies. */
export interface TrustLines {
  /** Why the policy trusts every certificate under the root; undefined where it does not. */
  readonly note: string | undefined;
  /** As they are printed. */
  readonly lines: string;
}

const TRUST_PART =
  /^To verify what is signed so, on any machine that has Notation\. .*\n.*\n(?:! It trusts every certificate under this root: (.+)\.\n)?\n([\s\S]+?)\n\n✓ Signing works/m;

/** All that stands between its sentence and the verdict. Throws where the report has no such part. */
function trustLinesIn(report: string): TrustLines {
  const [, note, lines] = TRUST_PART.exec(report) ?? [];
  if (lines === undefined) {
    throw new Error(`no lines for whoever verifies in:\n${report}`);
  }
  return { note, lines };
}

/** The part of a trust policy that the tests read and change. */
export interface TrustPolicy {
  readonly trustPolicies: readonly {
    readonly signatureVerification: object;
    readonly trustedIdentities: readonly string[];
  }[];
}

/** A person's machine with the official Notation CLI on its path. */
export interface Machine {
  notation(...args: readonly string[]): Promise<CommandResult>;
  /** Lines, as they are, into a shell that ends at the first that fails, which is an error. */
  paste(lines: string): Promise<CommandResult>;
  /** trustpolicy.json, as it was pasted. */
  readPolicy(): Promise<TrustPolicy>;
  /** The trusted identities in it. */
  readIdentities(): Promise<readonly string[]>;
  /** Imports it once more, with another identity in it. */
  importPolicyFor(identity: string): Promise<CommandResult>;
}

/** A home without plugin, trust store and trust policy, and an empty folder to paste in. */
export async function createMachine({ options }: Stage): Promise<Machine> {
  const executable = await provideTool("notation");
  const home = await mkdtemp(join(options.folder, "home-"));
  const folder = await mkdtemp(join(options.folder, "pasted-"));
  const environment = {
    ...options.environment,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    PATH: [dirname(executable), machineEnvironment()["PATH"]].join(delimiter),
  };
  const here = { ...options, folder, environment };
  const notation: Machine["notation"] = (...args) => runCommand(executable, args, here);
  const readPolicy = async (): Promise<TrustPolicy> =>
    JSON.parse(await readFile(join(folder, "trustpolicy.json"), "utf8"));
  return {
    notation,
    paste: async (lines) => succeeded(await runCommand("sh", ["-ec", lines], here)),
    readPolicy,
    async readIdentities() {
      return (await readPolicy()).trustPolicies.flatMap(({ trustedIdentities }) => trustedIdentities);
    },
    async importPolicyFor(identity) {
      const { trustPolicies, ...rest } = await readPolicy();
      const changed = trustPolicies.map((policy) => ({ ...policy, trustedIdentities: [identity] }));
      const file = join(folder, "changed.json");
      await writeFile(file, JSON.stringify({ ...rest, trustPolicies: changed }));
      return await notation("policy", "import", "--force", file);
    },
  };
}

/** The image verifies, and Notation has nothing to say against it. */
export async function expectVerified(machine: Machine, image: string): Promise<void> {
  const { exitCode, stdout, stderr } = await machine.notation("verify", image);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toBe(`Successfully verified signature for ${image}\n`);
}

/** The image has signatures, and none of them verifies, for this reason. */
export async function expectNotVerified(machine: Machine, image: string, reason: string): Promise<void> {
  const { exitCode, stderr } = await machine.notation("verify", "--verbose", image);
  expect(stderr).toContain(reason);
  expect(stderr).toContain("signature verification failed for all the signatures");
  expect(exitCode).toBe(1);
}
