/** The official Notation CLI with a configuration folder of its own, as on a machine of its own. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toPem } from "../pki/index.ts";
import { provideTool } from "../tools/index.ts";
import { type CommandOptions, type CommandResult, runCommand, succeeded } from "./command.ts";

export interface Notation {
  /** Runs `notation`; the environment is added to the machine's and to that of this CLI. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CommandResult>;
}

/** What a verifier trusts. */
export interface Trust {
  /** The root certificate, DER. */
  readonly root: Uint8Array;
  /** The signer's distinguished name, for example `C=US, ST=WA, O=Example, CN=signer`. */
  readonly subject: string;
}

const TRUST_STORE = "example";

/** A CLI without plugin, trust store and trust policy, in a new folder inside that of the options. */
export async function createNotation(options: CommandOptions): Promise<Notation> {
  const executable = await provideTool("notation");
  const folder = await mkdtemp(join(options.folder, "notation-"));
  // The places where the operating systems keep a user's configuration: Linux, macOS, Windows.
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder };
  const windows = { USERPROFILE: folder, APPDATA: folder, LOCALAPPDATA: folder };
  return {
    run: (args, environment = {}) =>
      runCommand(executable, args, {
        folder,
        environment: { ...options.environment, ...environment, ...home, ...windows },
        transcript: options.transcript,
      }),
  };
}

/** A CLI that verifies under a strict trust policy: one root, one signer. */
export async function createVerifier(options: CommandOptions, trust: Trust): Promise<Notation> {
  const notation = await createNotation(options);
  const folder = await mkdtemp(join(options.folder, "trust-"));
  const root = join(folder, "root.crt");
  const policy = join(folder, "trustpolicy.json");
  await Promise.all([
    writeFile(root, toPem(trust.root)),
    writeFile(policy, JSON.stringify(trustPolicy(trust.subject))),
  ]);
  succeeded(await notation.run(["cert", "add", "--type", "ca", "--store", TRUST_STORE, root]));
  succeeded(await notation.run(["policy", "import", policy]));
  return notation;
}

/** Revocation is skipped, as no authority of the tests publishes revocation lists; all else is enforced. */
function trustPolicy(subject: string): object {
  return {
    version: "1.0",
    trustPolicies: [
      {
        name: "only-the-signer",
        registryScopes: ["*"],
        signatureVerification: { level: "strict", override: { revocation: "skip" } },
        trustStores: [`ca:${TRUST_STORE}`],
        trustedIdentities: [`x509.subject: ${subject}`],
      },
    ],
  };
}
