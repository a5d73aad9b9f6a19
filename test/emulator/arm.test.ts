/** Resource Manager and Graph, asked without the Azure CLI: what they refuse. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { requestToken, secretForm, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator, type Vault } from "./index.ts";

const ARM = "https://management.azure.com";
const GRAPH = "https://graph.microsoft.com/v1.0";
const CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424";

let emulator: Emulator;
let owner: Principal;
let stranger: Principal;
let vault: Vault;

beforeAll(async () => {
  emulator = await startEmulator();
  owner = await emulator.createServicePrincipal("client-secret");
  stranger = await emulator.createServicePrincipal("client-secret");
  emulator.subscription.assignRole(owner, "Owner");
  vault = emulator.createVault("MyVault", { permissionModel: "rbac" });
});
afterAll(async () => await emulator.close());

async function authorize(principal: Principal, resource: string) {
  const form = secretForm(principal, { scope: `${resource}/.default` });
  const { json } = await requestToken(emulator, form);
  return { Authorization: `Bearer ${(json as { access_token: string }).access_token}` };
}

interface Call {
  readonly principal?: Principal;
  readonly resource?: string;
  readonly method?: string;
  readonly body?: object;
  readonly version?: string;
}

/** Status and error code of a call to Resource Manager. */
async function call(path: string, options: Call = {}) {
  const { principal = owner, resource = "https://management.core.windows.net/", method = "GET" } = options;
  const version = options.version ?? "?api-version=2022-04-01";
  const { status, json } = await send(emulator, `${ARM}${path}${version}`, {
    headers: await authorize(principal, resource),
    method,
    body: options.body === undefined ? "" : JSON.stringify(options.body),
  });
  const { error } = (json ?? {}) as { error?: { code: string; message: string } };
  return { status, json, code: error?.code, message: error?.message ?? "" };
}

describe("Resource Manager", () => {
  test("takes a token of its own audience, with one slash or two", async () => {
    for (const resource of ["https://management.core.windows.net/", "https://management.azure.com"]) {
      expect((await call("/subscriptions", { resource })).status).toBe(200);
    }
  });

  test("refuses everything else with a challenge", async () => {
    const bare = await send(emulator, `${ARM}/subscriptions?api-version=2022-12-01`);
    expect(bare.status).toBe(401);
    expect(bare.json).toMatchObject({ error: { code: "AuthenticationFailed" } });
    expect(bare.headers["www-authenticate"]).toContain(
      `https://login.microsoftonline.com/${emulator.tenantId}`,
    );
    const wrong = await call("/subscriptions", { resource: "https://vault.azure.net" });
    expect([wrong.status, wrong.code]).toEqual([401, "InvalidAuthenticationToken"]);
    expect(wrong.message).toContain("wrong audience or resource 'https://vault.azure.net'");
    const headers = { Authorization: "Bearer nonsense" };
    const nonsense = await send(emulator, `${ARM}/subscriptions?api-version=2022-12-01`, { headers });
    expect(nonsense.status).toBe(401);
  });

  test("shows a stranger no subscription, and lets them do nothing", async () => {
    const principal = stranger;
    expect((await call("/subscriptions", { principal })).json).toEqual({ value: [] });
    const refused = await call(vault.id, { principal });
    expect([refused.status, refused.code]).toEqual([403, "AuthorizationFailed"]);
    expect(refused.message).toStartWith(
      `The client '${principal.appId}' with object id '${principal.objectId}' does not have authorization to perform action 'Microsoft.KeyVault/vaults/read' over scope '${vault.id}'`,
    );
    expect(emulator.log.at(-1)).toMatchObject({ principal, errorCode: "AuthorizationFailed" });
  });

  test("does not let a vault's administrator change it", async () => {
    const administrator = await emulator.createServicePrincipal("client-secret");
    vault.assignRole(administrator, "Key Vault Administrator");
    const options = { principal: administrator, method: "PUT", body: { properties: {} } };
    expect((await call(vault.id, options)).status).toBe(403);
  });

  test.each([
    ["without an API version", "/subscriptions", { version: "" }, [400, "MissingApiVersionParameter"]],
    ["of another subscription", "/subscriptions/x/resources", {}, [404, "SubscriptionNotFound"]],
    ["of what it has not", "/providers/Microsoft.Nothing", {}, [404, "InvalidResourceType"]],
  ] as const)("refuses a request %s", async (_, path, options, expected) => {
    const { status, code } = await call(path, options);
    expect([status, code]).toEqual([...expected]);
  });

  test("refuses assignments that make no sense", async () => {
    const path = (name: string) => `${vault.id}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    const put = async (properties: object) =>
      (await call(path(crypto.randomUUID()), { method: "PUT", body: { properties } })).code;
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${CRYPTO_USER}`;
    const principalId = stranger.objectId;
    const unknownRole = roleDefinitionId.replace(CRYPTO_USER, emulator.tenantId);
    expect(await put({ principalId })).toBe("InvalidRequestContent");
    expect(await put({ principalId, roleDefinitionId: unknownRole })).toBe("RoleDefinitionDoesNotExist");
    expect(await put({ principalId: emulator.tenantId, roleDefinitionId })).toBe("PrincipalNotFound");
    expect(await put({ principalId, roleDefinitionId, principalType: "User" })).toBe(
      "UnmatchedPrincipalType",
    );
    expect(await put({ principalId, roleDefinitionId })).toBeUndefined();
    expect(await put({ principalId, roleDefinitionId })).toBe("RoleAssignmentExists");
  });

  test("refuses permissions that there are none of", async () => {
    const policies = emulator.createVault("policies");
    const put = async (permissions: object, tenantId = emulator.tenantId) => {
      const accessPolicies = [{ tenantId, objectId: stranger.objectId, permissions }];
      return await call(policies.id, { method: "PUT", body: { properties: { accessPolicies } } });
    };
    expect((await put({ keys: ["sing"] })).message).toBe("An invalid value was provided for 'keys': 'sing'.");
    expect((await put({ keys: ["sign"] }, vault.name)).status).toBe(400);
    expect((await put({ keys: ["Sign", "wrapKey"], secrets: ["all"] })).status).toBe(200);
  });
});

describe("Graph", () => {
  const resource = "https://graph.microsoft.com";

  test("takes no token for another resource", async () => {
    const headers = await authorize(owner, "https://vault.azure.net");
    const { status, json } = await send(emulator, `${GRAPH}/me`, { headers });
    expect(status).toBe(401);
    expect(json).toMatchObject({ error: { code: "InvalidAuthenticationToken" } });
    expect((await send(emulator, `${GRAPH}/me`)).status).toBe(401);
  });

  test("does not let an application read the directory by itself", async () => {
    const headers = await authorize(owner, resource);
    const { status, json } = await send(emulator, `${GRAPH}/users/x`, { headers });
    expect(status).toBe(403);
    expect(json).toMatchObject({ error: { code: "Authorization_RequestDenied" } });
  });
});
