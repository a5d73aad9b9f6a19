/** The real Azure CLI signs in, keeps its tokens, and says why it cannot. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { provideTool } from "../tools/index.ts";
import { type Az, type AzResult, createAz, loginArguments } from "./azure-cli.ts";
import { runSdk, send } from "./client.ts";
import { type Emulator, startEmulator, type User } from "./index.ts";

const CASE_LIMIT_MS = 180_000;
/** At the first time the CLI is installed. */
const SETUP_LIMIT_MS = 600_000;

const VAULT_TOKEN = ["account", "get-access-token", "--resource", "https://vault.azure.net"] as const;

let emulator: Emulator;
let folder: string;
let terminals = 0;

beforeAll(async () => {
  await provideTool("az");
  emulator = await startEmulator();
  folder = await mkdtemp(join(tmpdir(), "az-login-"));
}, SETUP_LIMIT_MS);
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** A terminal in which nobody is signed in. */
async function openTerminal(): Promise<Az> {
  terminals += 1;
  return await createAz(emulator, join(folder, String(terminals)));
}

async function claimsOfVaultToken(az: Az) {
  return decodeJwt(await az.run(...VAULT_TOKEN, "--query", "accessToken", "-o", "tsv"));
}

/** Signs in by device code, as whoever approves all codes. */
async function deviceLogin(user: User): Promise<Az> {
  const az = await openTerminal();
  emulator.approveDeviceCodesAs(user);
  await az.run("login", "--use-device-code", "-o", "none");
  emulator.approveDeviceCodesAs(undefined);
  return az;
}

describe("a service principal", () => {
  test(
    "signs in with its secret, gets a token for the vault, and signs out",
    async () => {
      const principal = await emulator.createServicePrincipal("client-secret");
      emulator.subscription.assignRole(principal, "Owner");
      const az = await openTerminal();
      const [account] = JSON.parse(await az.run(...loginArguments(principal)));
      expect(account).toMatchObject({
        id: emulator.subscription.id,
        tenantId: emulator.tenantId,
        user: { name: principal.appId, type: "servicePrincipal" },
      });
      const claims = await claimsOfVaultToken(az);
      expect(claims).toMatchObject({ aud: "https://vault.azure.net", appid: principal.appId, idtyp: "app" });
      const me = await az.try("ad", "signed-in-user", "show");
      expect(me.stderr).toContain("/me request is only valid with delegated authentication flow.");
      await az.run("logout");
      expect(await az.try("account", "show")).toMatchObject({ exitCode: 1 });
      const after = await az.try(...VAULT_TOKEN);
      expect(after.stderr).toContain("Please run 'az login' to setup account.");
      expect(emulator.log.filter(({ method }) => method === "CONNECT")).toEqual([]);
    },
    CASE_LIMIT_MS,
  );

  test(
    "signs in with its certificate, and without any subscription where it asks for none",
    async () => {
      const principal = await emulator.createServicePrincipal("client-certificate");
      const az = await openTerminal();
      const login = loginArguments(principal);
      const refused = await az.try(...login);
      expect(refused.stderr).toContain(`No subscriptions found for ${principal.appId}.`);
      await az.run(...login, "--allow-no-subscriptions", "-o", "none");
      expect(await claimsOfVaultToken(az)).toMatchObject({ oid: principal.objectId });
    },
    CASE_LIMIT_MS,
  );

  test(
    "with a wrong secret, or in an unknown tenant, is refused",
    async () => {
      const principal = await emulator.createServicePrincipal("client-secret");
      const az = await openTerminal();
      const wrong = await az.try(...loginArguments(principal), "-p", "wrong");
      expect(wrong.stderr).toContain("AADSTS7000215: Invalid client secret provided.");
      const nowhere = [...loginArguments(principal)].with(-1, "11111111-2222-4333-8444-555555555555");
      expect((await az.try(...nowhere)).exitCode).toBe(1);
    },
    CASE_LIMIT_MS,
  );
});

test(
  "a machine signs in with its managed identity",
  async () => {
    const { objectId, environment } = emulator.createManagedIdentity("system-assigned");
    const az = await createAz(emulator, join(folder, "machine"), environment);
    await az.run("login", "--identity", "--allow-no-subscriptions", "-o", "none");
    expect(await claimsOfVaultToken(az)).toMatchObject({ oid: objectId });
  },
  CASE_LIMIT_MS,
);

describe("a person", () => {
  let user: User;
  let az: Az;

  beforeAll(async () => {
    user = emulator.createUser({ userPrincipalName: "signer@example.com" });
    emulator.subscription.assignRole(user, "Owner");
    az = await deviceLogin(user);
  }, CASE_LIMIT_MS);

  test(
    "signs in by typing a code that the terminal shows",
    async () => {
      const terminal = await openTerminal();
      const child = spawn(await provideTool("az"), ["login", "--use-device-code"], {
        env: { ...terminal.environment },
      });
      let [stdout, stderr, approved] = ["", "", false];
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk;
      });
      child.stderr.on("data", (chunk: Buffer) => {
        stderr += chunk;
        const code = /enter the code (\w{9}) to authenticate/.exec(stderr)?.[1];
        if (approved || code === undefined) {
          return;
        }
        approved = true;
        emulator.approveDeviceCode(code, user);
      });
      const exitCode = await new Promise((resolve) => child.on("close", resolve));
      expect([exitCode, approved]).toEqual([0, true]);
      expect(JSON.parse(stdout)[0]).toMatchObject({ user: { name: "signer@example.com", type: "user" } });
      expect(emulator.log.some(({ errorCode }) => errorCode === "AADSTS70016")).toBe(true);
      expect(() => emulator.approveDeviceCode("ABCDEFGHI", user)).toThrow("nobody was given the code");
    },
    CASE_LIMIT_MS,
  );

  test(
    "has a token of the Azure CLI's for the vault, and is known to Graph",
    async () => {
      expect(await claimsOfVaultToken(az)).toMatchObject({
        oid: user.objectId,
        upn: "signer@example.com",
        appid: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        scp: "user_impersonation",
      });
      const id = await az.run("ad", "signed-in-user", "show", "--query", "id", "-o", "tsv");
      expect(id).toBe(user.objectId);
    },
    CASE_LIMIT_MS,
  );

  test(
    "lends their token to the Azure SDK, which runs the CLI by name",
    async () => {
      const source = `
        import { AzureCliCredential } from "@azure/identity";
        const { token } = await new AzureCliCredential().getToken("https://vault.azure.net/.default");
        console.log(token);`;
      const claims = decodeJwt(await runSdk(emulator, user, source, az.environment));
      expect(claims).toMatchObject({ aud: "https://vault.azure.net", upn: "signer@example.com" });
    },
    CASE_LIMIT_MS,
  );

  test(
    "is named as a person in the vault's refusals",
    async () => {
      const vault = emulator.createVault("no-policies");
      const { accessToken } = JSON.parse(await az.run(...VAULT_TOKEN));
      const headers = { Authorization: `Bearer ${accessToken}` };
      const { status, json } = await send(emulator, `${vault.url}/secrets/x?api-version=7.4`, { headers });
      expect(status).toBe(403);
      expect(JSON.stringify(json)).toContain(
        `'appid=${user.appId};oid=${user.objectId};numgroups=1;iss=https://sts.windows.net/${emulator.tenantId}/'`,
      );
      expect(emulator.log.at(-1)?.principal).toBe(user);
    },
    CASE_LIMIT_MS,
  );

  test.each([
    ["expired", "AADSTS700082: The refresh token has expired due to inactivity."],
    ["revoked", "AADSTS50173: The provided grant has expired due to it being revoked"],
  ] as const)(
    "whose session has %s must sign in again",
    async (reason, message) => {
      const other = emulator.createUser({ userPrincipalName: `${reason}@example.com` });
      emulator.subscription.assignRole(other, "Owner");
      const terminal = await deviceLogin(other);
      emulator.endSessions(other, reason);
      const refused: AzResult = await terminal.try(...VAULT_TOKEN);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain(message);
      expect(refused.stderr).toContain("az login");
      emulator.approveDeviceCodesAs(other);
      await terminal.run("login", "--use-device-code", "-o", "none");
      await terminal.run(...VAULT_TOKEN, "-o", "none");
    },
    CASE_LIMIT_MS,
  );

  test("exists once by name", () => {
    expect(() => emulator.createUser({ userPrincipalName: "Signer@example.com" })).toThrow("exists already");
  });
});
