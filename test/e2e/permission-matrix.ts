/** Who may sign: the permissions that each mode needs in each permission model, and the grants that messages name. */
import type { AccessPolicy, Permission, Principal, RoleName, Vault } from "../emulator/types.ts";
import { type IssuedCertificate, toPem } from "../pki/index.ts";
import { type Hierarchy, leafOf } from "./hierarchy.ts";
import type { CaseRequest } from "./modes.ts";
import type { Stage } from "./stage.ts";

export type PermissionModel = "access-policy" | "rbac";

/** A permission of an access policy, or a role. */
export type Grant = Permission | RoleName;

/** How a person has the chain read, and the least that this needs. */
export interface SigningMode {
  readonly title: string;
  readonly minimum: Readonly<Record<PermissionModel, readonly Grant[]>>;
  issuedOf(hierarchy: Hierarchy): IssuedCertificate;
  pluginConfig(stage: Stage, issued: IssuedCertificate): Promise<Readonly<Record<string, string>>>;
}

const ROLES: readonly RoleName[] = ["Key Vault Crypto User", "Key Vault Certificate User"];

export const SIGNING_MODES: readonly SigningMode[] = [
  {
    title: "chain from the secret",
    minimum: { "access-policy": ["keys/sign", "secrets/get", "certificates/get"], rbac: ROLES },
    issuedOf: (hierarchy) => leafOf(hierarchy, "EC-256"),
    pluginConfig: () => Promise.resolve({}),
  },
  {
    title: "self-signed, no option",
    minimum: { "access-policy": ["keys/sign", "certificates/get"], rbac: ROLES },
    issuedOf: ({ selfSigned }) => selfSigned,
    pluginConfig: () => Promise.resolve({}),
  },
  {
    title: "cert_chain=<file>",
    minimum: { "access-policy": ["keys/sign"], rbac: ["Key Vault Crypto User"] },
    issuedOf: (hierarchy) => leafOf(hierarchy, "RSA-3072"),
    pluginConfig: async (stage, { chain }) => ({
      cert_chain: await stage.writeFile("permission-matrix-chain.pem", toPem(...chain)),
    }),
  },
  {
    title: "self_signed=true",
    minimum: { "access-policy": ["keys/sign", "certificates/get"], rbac: ROLES },
    issuedOf: ({ selfSigned }) => selfSigned,
    pluginConfig: () => Promise.resolve({ self_signed: "true" }),
  },
  {
    title: "ca_certs=<file>",
    minimum: { "access-policy": ["keys/sign", "certificates/get"], rbac: ROLES },
    issuedOf: (hierarchy) => leafOf(hierarchy, "EC-384"),
    pluginConfig: async (stage, { chain }) => ({
      ca_certs: await stage.writeFile("permission-matrix.pem", toPem(...chain.slice(1))),
    }),
  },
];

/** One cell of the matrix: a vault of its own, and a principal that holds exactly these grants. */
export interface Case {
  readonly vault: Vault;
  readonly principal: Principal;
  readonly issued: IssuedCertificate;
  readonly request: CaseRequest;
  /** Grants what an `az` command of a message says, as `az` would. Throws where it says it of somebody else. */
  apply(command: string): void;
}

let vaults = 0;

/** Makes a vault with the mode's certificate, and a principal that may do what is granted. */
export async function openCase(
  stage: Stage,
  hierarchy: Hierarchy,
  mode: SigningMode,
  model: PermissionModel,
  grants: readonly Grant[],
): Promise<Case> {
  vaults += 1;
  const vault = stage.emulator.createVault(`permissions-${vaults}`, { permissionModel: model });
  const principal = await stage.emulator.createServicePrincipal("client-secret");
  const issued = mode.issuedOf(hierarchy);
  const { certificate, privateKey, chain } = issued;
  const { keyId } = vault.importCertificate({
    name: "signer",
    privateKey,
    certificates: chain,
    leaf: certificate,
  });
  let policy = policyOf(grants);
  if (model === "access-policy") {
    vault.setAccessPolicy(principal, policy);
  } else {
    for (const role of grants) {
      vault.assignRole(principal, role as RoleName);
    }
  }
  return {
    vault,
    principal,
    issued,
    request: { id: keyId, pluginConfig: await mode.pluginConfig(stage, issued) },
    apply(command) {
      const options = optionsOf(command);
      if (command.startsWith("az keyvault set-policy ")) {
        expectOptions(options, { "--name": vault.name, "--object-id": principal.objectId });
        // What it names replaces what there was of that kind; the other kinds stay.
        policy = { ...policy, ...policyIn(options) };
        vault.setAccessPolicy(principal, policy);
        return;
      }
      const scope = `$(az keyvault show --name ${vault.name} --query id --output tsv)`;
      expectOptions(options, { "--assignee": principal.objectId, "--scope": scope });
      vault.assignRole(principal, (options.get("--role") ?? []).join(" ") as RoleName);
    },
  };
}

/** The commands that a message offers in backticks to grant something. */
export function grantCommandsIn(message: string): readonly string[] {
  return Array.from(
    message.matchAll(/`(az (?:keyvault set-policy|role assignment create) [^`]+)`/g),
    ([, command = ""]) => command,
  );
}

/** How a grant is named in a command. */
export function optionOf(grant: Grant): string {
  const [kind = "", operation] = grant.split("/");
  return operation === undefined ? `--role "${grant}"` : `--${kind.slice(0, -1)}-permissions ${operation}`;
}

/** The policy that holds these permissions. */
function policyOf(grants: readonly Grant[]): AccessPolicy {
  const of = (kind: string): string[] =>
    grants.filter((grant) => grant.startsWith(`${kind}/`)).map((grant) => grant.slice(kind.length + 1));
  return { keys: of("keys"), secrets: of("secrets"), certificates: of("certificates") } as AccessPolicy;
}

/** The part of a policy that a command's options name. */
function policyIn(options: ReadonlyMap<string, readonly string[]>): AccessPolicy {
  const kinds = ["keys", "secrets", "certificates"].flatMap((kind) => {
    const operations = options.get(`--${kind.slice(0, -1)}-permissions`);
    return operations === undefined ? [] : [[kind, operations]];
  });
  return Object.fromEntries(kinds);
}

/** Options with their values, as a shell splits them; what stands in `$(…)` stays one word. */
function optionsOf(command: string): ReadonlyMap<string, readonly string[]> {
  const words = Array.from(
    command.matchAll(/"([^"]*)"|(\$\([^)]*\)|[^\s"]+)/g),
    ([, quoted, bare]) => quoted ?? bare,
  );
  const options = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of words) {
    if (word?.startsWith("--")) {
      values = [];
      options.set(word, values);
    } else {
      values.push(word ?? "");
    }
  }
  return options;
}

function expectOptions(
  options: ReadonlyMap<string, readonly string[]>,
  expected: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(expected)) {
    const actual = options.get(name)?.join(" ");
    if (actual !== value) {
      throw new Error(`the message says ${name} ${actual}, expected ${value}`);
    }
  }
}
