/** Sign-in by device code, and refresh tokens, without the Azure CLI: what MSAL gets to read. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { requestToken, send } from "./client.ts";
import { type Emulator, startEmulator, type User } from "./index.ts";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const ARM_SCOPE = "https://management.core.windows.net//.default offline_access openid profile";
const VAULT_SCOPE = "https://vault.azure.net/.default offline_access openid profile";

let emulator: Emulator;
let user: User;

beforeAll(async () => {
  emulator = await startEmulator();
  user = emulator.createUser({ userPrincipalName: "signer@example.com" });
});
afterAll(async () => await emulator.close());

interface Answer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly client_info: string;
  readonly scope: string;
  readonly error?: string;
  readonly error_codes?: readonly number[];
}

async function start(form: Readonly<Record<string, string>> = {}) {
  const url = "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode";
  const body = new URLSearchParams({ client_id: AZURE_CLI, scope: ARM_SCOPE, ...form }).toString();
  const { json } = await send(emulator, url, { method: "POST", body });
  return json as { device_code: string; user_code: string; error_codes?: readonly number[] };
}

async function ask(form: Readonly<Record<string, string>>): Promise<Answer> {
  const body = new URLSearchParams({ client_id: AZURE_CLI, ...form }).toString();
  return (await requestToken(emulator, body, { tenant: "organizations" })).json as Answer;
}

const poll = async (deviceCode: string) =>
  await ask({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: deviceCode });

/** Signs in to the end. */
async function signIn(): Promise<Answer> {
  const { device_code, user_code } = await start();
  emulator.approveDeviceCode(user_code, user);
  await poll(device_code);
  return await poll(device_code);
}

test("waits at first, even for who has approved; the code is good once", async () => {
  const { device_code, user_code } = await start();
  emulator.approveDeviceCode(user_code, user);
  expect(await poll(device_code)).toMatchObject({ error: "authorization_pending", error_codes: [70016] });
  const tokens = await poll(device_code);
  expect(tokens.scope.split(" ")).toContain("https://management.core.windows.net//.default");
  expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: "https://management.core.windows.net/" });
  expect(decodeJwt(tokens.id_token)).toMatchObject({
    aud: AZURE_CLI,
    oid: user.objectId,
    tid: emulator.tenantId,
    preferred_username: "signer@example.com",
  });
  const clientInfo: unknown = JSON.parse(Buffer.from(tokens.client_info, "base64url").toString());
  expect(clientInfo).toEqual({ uid: user.objectId, utid: emulator.tenantId });
  expect(await poll(device_code)).toMatchObject({ error: "invalid_grant", error_codes: [54005] });
});

test("waits for as long as nobody approves", async () => {
  const { device_code } = await start();
  for (const _ of [1, 2, 3]) {
    expect((await poll(device_code)).error).toBe("authorization_pending");
  }
});

test("a code is good for fifteen minutes by Entra ID's own clock, which dates the tokens too", async () => {
  const minutes = 60;
  const iat = (token: string) => (decodeJwt(token).iat ?? 0) - Date.now() / 1000;
  try {
    emulator.setClockOffset(60 * minutes);
    const { device_code, user_code } = await start();
    emulator.setClockOffset(74 * minutes);
    emulator.approveDeviceCode(user_code, user);
    expect((await poll(device_code)).error).toBe("authorization_pending");
    emulator.setClockOffset(76 * minutes);
    expect(await poll(device_code)).toMatchObject({ error: "expired_token", error_codes: [70019] });
    const { access_token, id_token } = await signIn();
    for (const token of [access_token, id_token]) {
      expect(Math.abs(iat(token) - 76 * minutes)).toBeLessThan(5);
    }
  } finally {
    emulator.setClockOffset(0);
  }
});

test("a refresh token gives tokens for other resources, and its successor", async () => {
  const { refresh_token: first } = await signIn();
  const refreshed = await ask({ grant_type: "refresh_token", refresh_token: first, scope: VAULT_SCOPE });
  expect(decodeJwt(refreshed.access_token)).toMatchObject({
    aud: "https://vault.azure.net",
    upn: user.userPrincipalName,
  });
  expect(refreshed.refresh_token).not.toBe(first);
  const again = { grant_type: "refresh_token", refresh_token: refreshed.refresh_token, scope: VAULT_SCOPE };
  expect((await ask(again)).access_token).toBeString();
});

test("the end of a session ends the refresh tokens of before, and of this person alone", async () => {
  const other = emulator.createUser({ userPrincipalName: "other@example.com" });
  const { refresh_token: refreshToken } = await signIn();
  const refresh = async (token: string) =>
    await ask({ grant_type: "refresh_token", refresh_token: token, scope: VAULT_SCOPE });
  emulator.endSessions(other, "revoked");
  expect((await refresh(refreshToken)).error).toBeUndefined();
  emulator.endSessions(user, "revoked");
  expect(await refresh(refreshToken)).toMatchObject({ error: "invalid_grant", error_codes: [50173] });
  const { refresh_token: newer } = await signIn();
  expect((await refresh(newer)).error).toBeUndefined();
  emulator.endSessions(user, "expired");
  expect(await refresh(newer)).toMatchObject({ error: "invalid_grant", error_codes: [700082] });
});

test("other applications, other resources and invented codes are refused", async () => {
  expect((await start({ client_id: user.objectId })).error_codes).toEqual([700016]);
  expect((await start({ scope: "https://example.com/.default" })).error_codes).toEqual([500011]);
  expect((await poll("invented")).error_codes).toEqual([9002313]);
  const refresh = { grant_type: "refresh_token", refresh_token: "invented", scope: VAULT_SCOPE };
  expect((await ask(refresh)).error_codes).toEqual([9002313]);
});
