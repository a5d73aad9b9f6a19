import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type CertificateAuthority, createCertificateAuthority, issueLeaf } from "../pki/index.ts";
import { authorize, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator, type Vault } from "./index.ts";

const VERSION = "api-version=7.4";

let emulator: Emulator;
let principal: Principal;
let headers: Readonly<Record<string, string>>;
let root: CertificateAuthority;

beforeAll(async () => {
  emulator = await startEmulator();
  principal = await emulator.createServicePrincipal("client-secret");
  headers = await authorize(emulator, principal);
  root = await createCertificateAuthority({ subject: "CN=root" });
});
afterAll(async () => await emulator.close());

async function importLeaf(target: Vault, name: string) {
  const { privateKey, chain } = await issueLeaf({ subject: `CN=${name}`, issuer: root });
  return target.importCertificate({ name, privateKey, certificates: chain });
}

async function get(path: string, target: Vault) {
  return await send(emulator, `${target.url}${path}?${VERSION}`, { headers });
}

async function sign(path: string, target: Vault) {
  const body = JSON.stringify({ alg: "ES256", value: Buffer.alloc(32, 7).toString("base64url") });
  return await send(emulator, `${target.url}${path}?${VERSION}`, { method: "POST", headers, body });
}

describe("permissions", () => {
  test("by access policy: each permission opens its own calls, for existing and missing objects alike", async () => {
    const strict = emulator.createVault("strict");
    await importLeaf(strict, "signer");
    const calls = {
      "certificates/get": async (name: string) => await get(`/certificates/${name}`, strict),
      "secrets/get": async (name: string) => await get(`/secrets/${name}`, strict),
      "keys/get": async (name: string) => await get(`/keys/${name}`, strict),
      "keys/sign": async (name: string) => await sign(`/keys/${name}/sign`, strict),
    } as const;
    const policies = {
      "certificates/get": { certificates: ["get"] },
      "secrets/get": { secrets: ["get"] },
      "keys/get": { keys: ["get"] },
      "keys/sign": { keys: ["sign"] },
    } as const;
    for (const [granted, policy] of Object.entries(policies)) {
      strict.setAccessPolicy(principal, policy);
      for (const [needed, call] of Object.entries(calls)) {
        const allowed = needed === granted;
        expect((await call("signer")).status).toBe(allowed ? 200 : 403);
        expect(emulator.log.at(-1)).toMatchObject({
          permission: needed,
          principal: { appId: principal.appId },
        });
        expect((await call("missing")).status).toBe(allowed ? 404 : 403);
      }
    }
    strict.revoke(principal);
    const { json } = await get("/keys/signer", strict);
    expect(json).toEqual({
      error: {
        code: "Forbidden",
        message: `The user, group or application 'appid=${principal.appId};oid=${principal.objectId};iss=https://sts.windows.net/${emulator.tenantId}/' does not have keys get permission on key vault 'strict;location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
        innererror: { code: "AccessDenied" },
      },
    });
  });

  test.each([
    ["Key Vault Certificate User", { certificates: 200, secrets: 200, keys: 200, sign: 403 }],
    ["Key Vault Crypto User", { certificates: 403, secrets: 403, keys: 200, sign: 200 }],
    ["Key Vault Secrets User", { certificates: 403, secrets: 200, keys: 403, sign: 403 }],
    ["Key Vault Administrator", { certificates: 200, secrets: 200, keys: 200, sign: 200 }],
    ["Key Vault Certificates Officer", { certificates: 200, secrets: 403, keys: 403, sign: 403 }],
    ["Owner", { certificates: 403, secrets: 403, keys: 403, sign: 403 }],
    ["Key Vault Reader", { certificates: 200, secrets: 403, keys: 200, sign: 403 }],
  ] as const)("by role: what %s may do", async (role, expected) => {
    const rbac = emulator.createVault(role.replaceAll(" ", "-").slice(0, 24), { permissionModel: "rbac" });
    await importLeaf(rbac, "signer");
    const statuses = async () => ({
      certificates: (await get("/certificates/signer", rbac)).status,
      secrets: (await get("/secrets/signer", rbac)).status,
      keys: (await get("/keys/signer", rbac)).status,
      sign: (await sign("/keys/signer/sign", rbac)).status,
    });
    const nothing = { certificates: 403, secrets: 403, keys: 403, sign: 403 };
    expect(await statuses()).toEqual(nothing);
    rbac.assignRole(principal, role);
    expect(await statuses()).toEqual(expected);
    rbac.revoke(principal);
    expect(await statuses()).toEqual(nothing);
  });

  test("by role: the refusal names action, resource and vault", async () => {
    const rbac = emulator.createVault("By-Role", { permissionModel: "rbac" });
    const { json } = await sign("/keys/signer/sign", rbac);
    expect(json).toMatchObject({ error: { code: "Forbidden", innererror: { code: "ForbiddenByRbac" } } });
    const lines = messageOf(json).split("\r\n");
    expect(lines[0]).toBe("Caller is not authorized to perform action on resource.");
    expect(lines).toContain("Action: 'Microsoft.KeyVault/vaults/keys/sign/action'");
    expect(lines).toContain("Vault: By-Role;location=westeurope");
    expect(lines.some((line) => /^Resource: '.*\/vaults\/by-role\/keys\/signer'$/.test(line))).toBe(true);
  });

  test("each model refuses the other's grants", () => {
    const rbac = emulator.createVault("other-model", { permissionModel: "rbac" });
    const vault = emulator.createVault("this-model");
    expect(() => rbac.setAccessPolicy(principal, {})).toThrow("RBAC");
    expect(() => vault.assignRole(principal, "Key Vault Reader")).toThrow("access policies");
  });
});

function messageOf(json: unknown): string {
  return (json as { error: { message: string } }).error.message;
}
