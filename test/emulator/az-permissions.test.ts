/** The real Azure CLI grants permissions, and they hold in the vault. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSigned } from "../pki/index.ts";
import { provideTool } from "../tools/index.ts";
import { type Az, createAz, loginArguments } from "./azure-cli.ts";
import { authorize, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator, type User, type Vault } from "./index.ts";

const CASE_LIMIT_MS = 180_000;
/** At the first time the CLI is installed. */
const SETUP_LIMIT_MS = 600_000;

let emulator: Emulator;
let folder: string;
let owner: User;
let signer: Principal;
let az: Az;

beforeAll(async () => {
  await provideTool("az");
  emulator = await startEmulator();
  folder = await mkdtemp(join(tmpdir(), "az-permissions-"));
  owner = emulator.createUser({ userPrincipalName: "owner@example.com" });
  signer = await emulator.createServicePrincipal("client-secret");
  emulator.subscription.assignRole(owner, "Owner");
  emulator.approveDeviceCodesAs(owner);
  az = await createAz(emulator, join(folder, "azure"));
  await az.run("login", "--use-device-code", "-o", "none");
}, SETUP_LIMIT_MS);
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function fill(vault: Vault): Promise<Vault> {
  const { privateKey, chain } = await createSelfSigned({ subject: "CN=signer" });
  vault.importCertificate({ name: "signer", privateKey, certificates: chain });
  return vault;
}

/** What the vault answers the signer. */
async function statuses(vault: Vault) {
  const headers = await authorize(emulator, signer);
  const body = JSON.stringify({ alg: "ES256", value: Buffer.alloc(32, 7).toString("base64url") });
  const get = async (kind: string) =>
    (await send(emulator, `${vault.url}/${kind}/signer?api-version=7.4`, { headers })).status;
  const url = `${vault.url}/keys/signer/sign?api-version=7.4`;
  const sign = (await send(emulator, url, { method: "POST", headers, body })).status;
  return {
    certificates: await get("certificates"),
    secrets: await get("secrets"),
    keys: await get("keys"),
    sign,
  };
}

const NOTHING = { certificates: 403, secrets: 403, keys: 403, sign: 403 };

test(
  "a vault is shown with the id that grants are made for",
  async () => {
    const vault = emulator.createVault("shown");
    emulator.createVault("elsewhere", { tenantId: "11111111-2222-4333-8444-555555555555" });
    const id = await az.run("keyvault", "show", "-n", "shown", "--query", "id", "-o", "tsv");
    expect(id).toBe(vault.id);
    const names = await az.run("keyvault", "list", "--query", "[].name", "-o", "tsv");
    expect(names.split("\n")).toContain("shown");
    expect(names).not.toContain("elsewhere");
    const missing = await az.try("keyvault", "show", "-n", "missing");
    expect(missing.stderr).toContain("The Vault 'missing' not found within subscription.");
  },
  CASE_LIMIT_MS,
);

describe("access policies", () => {
  test(
    "are set by category: what is not named stays as it was",
    async () => {
      const vault = await fill(emulator.createVault("by-policy"));
      expect(await statuses(vault)).toEqual(NOTHING);
      const set = ["keyvault", "set-policy", "-n", "by-policy", "--spn", signer.appId, "-o", "none"];
      await az.run(...set, "--key-permissions", "sign", "--secret-permissions", "get");
      expect(await statuses(vault)).toEqual({ ...NOTHING, secrets: 200, sign: 200 });
      await az.run(...set, "--certificate-permissions", "get", "list");
      expect(await statuses(vault)).toEqual({ certificates: 200, secrets: 200, keys: 403, sign: 200 });
      await az.run(...set, "--key-permissions", "get");
      expect(await statuses(vault)).toEqual({ certificates: 200, secrets: 200, keys: 200, sign: 403 });
      await az.run(
        "keyvault",
        "delete-policy",
        "-n",
        "by-policy",
        "--object-id",
        signer.objectId,
        "-o",
        "none",
      );
      expect(await statuses(vault)).toEqual(NOTHING);
    },
    CASE_LIMIT_MS,
  );

  test(
    "are set by user principal name, and not at all where roles govern",
    async () => {
      emulator.createVault("by-name");
      const upn = ["--upn", owner.userPrincipalName, "--key-permissions", "sign"];
      const query = ["--query", "properties.accessPolicies[].objectId", "-o", "tsv"];
      expect(await az.run("keyvault", "set-policy", "-n", "by-name", ...upn, ...query)).toBe(owner.objectId);
      emulator.createVault("by-role-only", { permissionModel: "rbac" });
      const refused = await az.try("keyvault", "set-policy", "-n", "by-role-only", ...upn);
      expect(refused.stderr).toContain("Cannot set policies to a vault with '--enable-rbac-authorization'");
      const nobody = ["--spn", emulator.tenantId, "--key-permissions", "sign"];
      const unknown = await az.try("keyvault", "set-policy", "-n", "by-name", ...nobody);
      expect(unknown.stderr).toContain("Unable to get object id from principal name.");
    },
    CASE_LIMIT_MS,
  );
});

describe("roles", () => {
  const grant = (vault: Vault, assignee: string, ...roles: readonly string[]) => {
    const named = roles.flatMap((role) => ["--role", role]);
    return ["role", "assignment", "create", ...named, "--assignee", assignee, "--scope", vault.id];
  };

  test(
    "are assigned by name, for an object id or an application id, and ended",
    async () => {
      const vault = await fill(emulator.createVault("by-role", { permissionModel: "rbac" }));
      const certificateUser = grant(vault, signer.objectId, "Key Vault Certificate User");
      const type = await az.run(...certificateUser, "--query", "principalType", "-o", "tsv");
      expect(type).toBe("ServicePrincipal");
      await az.run(...certificateUser, "-o", "none"); // Again makes no difference.
      await az.run(...grant(vault, signer.appId, "Key Vault Crypto User"), "-o", "none");
      expect(await statuses(vault)).toEqual({ certificates: 200, secrets: 200, keys: 200, sign: 200 });
      const of = ["--assignee", signer.objectId, "--scope", vault.id];
      const query = ["--query", "sort([].roleDefinitionName)", "-o", "tsv"];
      const names = await az.run("role", "assignment", "list", ...of, ...query);
      expect(names.split("\n")).toEqual(["Key Vault Certificate User", "Key Vault Crypto User"]);
      await az.run("role", "assignment", "delete", ...of, "--role", "Key Vault Crypto User");
      expect(await statuses(vault)).toMatchObject({ certificates: 200, sign: 403 });
    },
    CASE_LIMIT_MS,
  );

  test(
    "named three times in one command leave the last alone",
    async () => {
      const vault = await fill(emulator.createVault("three-roles", { permissionModel: "rbac" }));
      const roles = ["Key Vault Secrets User", "Key Vault Certificates User", "Key Vault Crypto User"];
      await az.run(...grant(vault, signer.objectId, ...roles), "-o", "none");
      expect(await statuses(vault)).toEqual({ certificates: 403, secrets: 403, keys: 200, sign: 200 });
    },
    CASE_LIMIT_MS,
  );

  test(
    "that do not exist, and principals that do not, are refused",
    async () => {
      const vault = emulator.createVault("no-such-role", { permissionModel: "rbac" });
      const role = await az.try(...grant(vault, signer.objectId, "Key Vault Certificates User"));
      expect(role.stderr).toContain("Role 'Key Vault Certificates User' doesn't exist.");
      const nobody = await az.try(...grant(vault, emulator.tenantId, "Key Vault Crypto User"));
      expect(nobody.stderr).toContain("Cannot find user or service principal in graph database");
    },
    CASE_LIMIT_MS,
  );

  test(
    "for the subscription reach every vault in it",
    async () => {
      const vault = await fill(emulator.createVault("inherits", { permissionModel: "rbac" }));
      emulator.subscription.assignRole(signer, "Key Vault Crypto User");
      expect(await statuses(vault)).toEqual({ certificates: 403, secrets: 403, keys: 200, sign: 200 });
    },
    CASE_LIMIT_MS,
  );
});

test(
  "who does not own the subscription grants nothing",
  async () => {
    const vault = emulator.createVault("not-mine", { permissionModel: "rbac" });
    const other = await emulator.createServicePrincipal("client-secret");
    const terminal = await createAz(emulator, join(folder, "other"));
    vault.assignRole(other, "Key Vault Crypto User"); // By which the subscription is visible, and no more.
    await terminal.run(...loginArguments(other), "-o", "none");
    const role = ["--role", "Key Vault Reader", "--scope", vault.id];
    const assignee = [
      "--assignee-object-id",
      other.objectId,
      "--assignee-principal-type",
      "ServicePrincipal",
    ];
    const refused = await terminal.try("role", "assignment", "create", ...role, ...assignee);
    expect(refused.stderr).toContain("(AuthorizationFailed)");
    const shown = await terminal.try("keyvault", "show", "-n", "not-mine");
    expect(shown.stderr).toContain("(AuthorizationFailed)");
  },
  CASE_LIMIT_MS,
);
