import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { type Emulator, type Principal, startEmulator } from "./index.ts";

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(async () => await emulator.close());

const RESOURCE = encodeURIComponent("https://vault.azure.net");

async function askImds(
  { environment }: Principal,
  extra = "",
  headers: Record<string, string> = { Metadata: "true" },
) {
  const host = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
  const url = `${host}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${RESOURCE}${extra}`;
  return await read(await fetch(url, { headers }));
}

async function read(answer: Response) {
  const json = (await answer.json()) as Record<string, string>;
  return {
    status: answer.status,
    json,
    appId: json["access_token"] && decodeJwt(json["access_token"])["appid"],
  };
}

describe("IMDS", () => {
  test("gives the system-assigned identity's token unless another is named", async () => {
    const user = emulator.createManagedIdentity("user-assigned");
    const system = emulator.createManagedIdentity("system-assigned");
    expect(Object.keys(user.environment)).toEqual(["AZURE_POD_IDENTITY_AUTHORITY_HOST"]);
    expect(await askImds(user)).toMatchObject({ status: 200, appId: system.appId });
    expect(await askImds(user, `&client_id=${user.appId}`)).toMatchObject({ status: 200, appId: user.appId });
    expect(await askImds(user, `&object_id=${user.objectId}`)).toMatchObject({ appId: user.appId });
    const missing = await askImds(user, "&client_id=00000000-1111-4222-8333-444444444444");
    expect(missing).toMatchObject({
      status: 400,
      json: { error: "invalid_request", error_description: "Identity not found" },
    });
  });

  test("takes the only user-assigned identity, but does not choose between two", async () => {
    const first = emulator.createManagedIdentity("user-assigned");
    expect(await askImds(first)).toMatchObject({ appId: first.appId });
    emulator.createManagedIdentity("user-assigned");
    const { status, json } = await askImds(first);
    expect(status).toBe(400);
    expect(json["error_description"]).toStartWith("Multiple user assigned identities exist");
  });

  test("refuses what could come from a forged request", async () => {
    const system = emulator.createManagedIdentity("system-assigned");
    expect((await askImds(system, "", {})).status).toBe(400);
    expect((await askImds(system, "", { Metadata: "true", "X-Forwarded-For": "10.0.0.1" })).status).toBe(400);
    const host = system.environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
    const token = `${host}/metadata/identity/oauth2/token`;
    const headers = { Metadata: "true" };
    expect((await fetch(`${token}?resource=${RESOURCE}`, { headers })).status).toBe(400);
    expect((await fetch(`${token}?api-version=2018-02-01&resource=https://x`, { headers })).status).toBe(400);
    expect((await fetch(token, { headers, method: "POST" })).status).toBe(405);
    expect(() => emulator.createManagedIdentity("system-assigned")).toThrow("at most one");
  });

  test("answers under its own address through the proxy", async () => {
    const { appId } = emulator.createManagedIdentity("system-assigned");
    const url = `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${RESOURCE}`;
    const answer = await fetch(url, { proxy: emulator.proxyUrl, headers: { Metadata: "true" } });
    expect(await read(answer)).toMatchObject({ status: 200, appId });
    expect(emulator.log.at(-1)).toMatchObject({ host: "169.254.169.254", principal: { appId } });
  });
});

test("App Service wants its header, and a client id for a user-assigned identity", async () => {
  const user = emulator.createManagedIdentity("user-assigned", "app-service");
  const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "" } = user.environment;
  const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${RESOURCE}`;
  const headers = { "X-IDENTITY-HEADER": IDENTITY_HEADER };
  expect((await fetch(`${url}&client_id=${user.appId}`)).status).toBe(401);
  expect((await fetch(url, { headers })).status).toBe(400);
  const named = await fetch(`${url}&client_id=${user.appId}`, { headers });
  expect(await read(named)).toMatchObject({ status: 200, appId: user.appId });
});
