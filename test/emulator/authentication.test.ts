import { afterAll, beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import { createSelfSigned } from "../pki/index.ts";
import { authorize, requestToken, secretForm, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator, type Vault } from "./index.ts";

const VERSION = "api-version=7.4";

let emulator: Emulator;
let principal: Principal;
let headers: Readonly<Record<string, string>>;
let vault: Vault;

beforeAll(async () => {
  emulator = await startEmulator();
  principal = await emulator.createServicePrincipal("client-secret");
  headers = await authorize(emulator, principal);
  vault = emulator.createVault("myvault");
  vault.setAccessPolicy(principal, { keys: ["get"] });
  const { privateKey, chain } = await createSelfSigned({ subject: "CN=signer" });
  vault.importCertificate({ name: "signer", privateKey, certificates: chain });
});
afterAll(async () => await emulator.close());

async function get(path: string, target = vault) {
  return await send(emulator, `${target.url}${path}?${VERSION}`, { headers });
}

describe("authentication", () => {
  test("without a token the vault challenges, naming tenant and resource", async () => {
    const { status, headers: sent, json } = await send(emulator, `${vault.url}/keys/signer?${VERSION}`);
    expect(status).toBe(401);
    expect(sent["www-authenticate"]).toBe(
      `Bearer authorization="https://login.microsoftonline.com/${emulator.tenantId}", resource="https://vault.azure.net"`,
    );
    const message = "AKV10000: Request is missing a Bearer or PoP token.";
    expect(json).toEqual({ error: { code: "Unauthorized", message } });
  });

  test.each([
    ["vault.azure.cn", "login.chinacloudapi.cn", "https://vault.azure.cn"],
    ["vault.usgovcloudapi.net", "login.microsoftonline.us", "https://vault.usgovcloudapi.net"],
  ])("a vault under %s is of its own cloud", async (dnsSuffix, login, resource) => {
    const national = emulator.createVault("national", { dnsSuffix });
    const challenge = await send(emulator, `${national.url}/keys/k?${VERSION}`);
    expect(challenge.headers["www-authenticate"]).toBe(
      `Bearer authorization="https://${login}/${emulator.tenantId}", resource="${resource}"`,
    );
    const foreign = await get("/keys/k", national);
    expect(messageOf(foreign.json)).toStartWith(`AKV10022: Invalid audience. Expected ${resource} or `);
    const form = secretForm(principal, { scope: `${resource}/.default` });
    const { json } = await requestToken(emulator, form, { host: login });
    const own = { Authorization: `Bearer ${(json as { access_token: string }).access_token}` };
    expect((await send(emulator, `${national.url}/keys/k?${VERSION}`, { headers: own })).status).toBe(403);
  });

  test("a token of another tenant has the wrong issuer", async () => {
    const tenantId = "11111111-2222-4333-8444-555555555555";
    const { json, status } = await get("/keys/k", emulator.createVault("foreign", { tenantId }));
    expect(status).toBe(401);
    expect(messageOf(json)).toBe(
      `AKV10032: Invalid issuer. Expected one of https://sts.windows.net/${tenantId}/, found https://sts.windows.net/${emulator.tenantId}/.`,
    );
  });

  test("a token of another emulator, of nonsense or altered is refused before anything else", async () => {
    const other = await startEmulator({ tenantId: emulator.tenantId });
    const strangers = await authorize(other, await other.createServicePrincipal("client-secret"));
    await other.close();
    const { Authorization: token = "" } = headers;
    const [head = "", , signature = ""] = token.split(".");
    const [, claims = ""] = (strangers["Authorization"] ?? "").split(".");
    for (const [Authorization, message] of [
      [strangers["Authorization"] ?? "", "AKV10046: Unable to resolve the key"],
      [`${head}.${claims}.${signature}`, "AKV10046: Unable to resolve the key"],
      ["Bearer nonsense", "[BearerReadAccessTokenFailed]"],
      [`Basic ${token}`, "AKV10000"],
      [token.replace("Bearer", "PoP"), "AKV10000"],
    ] as const) {
      const answer = await send(emulator, `${vault.url}/keys/signer/sign`, {
        method: "POST",
        headers: { Authorization },
        body: "not even JSON",
      });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toContain(emulator.tenantId);
      expect(messageOf(answer.json)).toStartWith(message);
    }
  });

  test("a token is good within its dates only", async () => {
    const now = Date.now();
    try {
      for (const [hours, words] of [
        [2, "[TokenExpired]"],
        [-2, "[TokenNotYetValid]"],
      ] as const) {
        setSystemTime(now + hours * 3_600_000);
        const { status, json } = await get("/keys/signer");
        expect(status).toBe(401);
        expect(messageOf(json)).toStartWith(words);
      }
    } finally {
      setSystemTime();
    }
    expect((await get("/keys/signer")).status).toBe(200);
  });
});

function messageOf(json: unknown): string {
  return (json as { error: { message: string } }).error.message;
}
