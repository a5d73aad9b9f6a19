/** Services whose clock is not the client's. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { authorize, runSdk, send } from "./client.ts";
import type { Principal } from "./index.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

const HOUR = 3600;
const YEAR = 366 * 24 * HOUR;

let site: SigningVault;

beforeEach(async () => {
  site = await openSigningVault();
  await site.importLeaf("signer", "EC-256");
});
afterEach(async () => await site.close());

const nowSeconds = () => Date.now() / 1000;

/** The service's time minus this machine's, in seconds, as its Date header says. */
function ahead(headers: Readonly<Record<string, string>>): number {
  return Date.parse(headers["date"] ?? "") / 1000 - nowSeconds();
}

async function get(path = "/secrets/signer", headers = site.headers) {
  return await send(site.emulator, `${site.vault.url}${path}?${VERSION}`, { headers });
}

async function sign(headers: Readonly<Record<string, string>>) {
  const body = JSON.stringify({ alg: "ES256", value: Buffer.alloc(32, 7).toString("base64url") });
  const url = `${site.vault.url}/keys/signer/sign?${VERSION}`;
  return await send(site.emulator, url, { method: "POST", headers, body });
}

function messageOf(json: unknown): string {
  return (json as { error: { message: string } }).error.message;
}

test.each([0, 2 * HOUR, -2 * HOUR])(
  "HTTP's Date says the emulated time, %d seconds ahead",
  async (offset) => {
    site.emulator.setClockOffset(offset);
    const { hostname } = new URL(site.vault.url);
    site.emulator.addFault({ kind: "answer", status: 503, host: hostname, path: /faulty/ });
    const { environment } = site.emulator.createManagedIdentity("system-assigned");
    const imds = await fetch(
      `${environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"]}/metadata/identity/oauth2/token`,
    );
    const answers = [
      await get(),
      await get("/faulty"),
      await send(site.emulator, "https://login.microsoftonline.com/common/discovery/instance"),
      await send(site.emulator, "https://management.azure.com/subscriptions"),
    ].map(({ headers }) => headers);
    for (const headers of [...answers, { date: imds.headers.get("date") ?? "" }]) {
      expect(Math.abs(ahead(headers) - offset)).toBeLessThan(5);
    }
  },
);

describe("tokens", () => {
  test("of Entra ID and of managed identities are of the emulated time", async () => {
    site.emulator.setClockOffset(2 * HOUR);
    const { Authorization = "" } = await authorize(site.emulator, site.principal);
    const { iat = 0, nbf = 0, exp = 0 } = decodeJwt(Authorization.slice("Bearer ".length));
    const later = nowSeconds() + 2 * HOUR;
    expect(Math.abs(iat - later)).toBeLessThan(5);
    expect([nbf, exp]).toEqual([iat, iat + 3599]);
    const { environment } = site.emulator.createManagedIdentity("system-assigned");
    const resource = encodeURIComponent("https://vault.azure.net");
    const url = `${environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"]}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`;
    const imds = await (await fetch(url, { headers: { Metadata: "true" } })).json();
    const { expires_on, access_token } = imds as Record<string, string>;
    expect(Math.abs(Number(expires_on) - 3599 - later)).toBeLessThan(5);
    expect(decodeJwt(access_token ?? "").exp).toBe(Number(expires_on));
  });

  test.each([
    [2 * HOUR, "[TokenExpired]"],
    [-2 * HOUR, "[TokenNotYetValid]"],
  ])("of before are judged by the emulated time, %d seconds ahead", async (offset, words) => {
    expect((await get()).status).toBe(200);
    site.emulator.setClockOffset(offset);
    const { status, json } = await get();
    expect(status).toBe(401);
    expect(messageOf(json)).toStartWith(words);
    const fresh = await authorize(site.emulator, site.principal);
    expect((await get("/secrets/signer", fresh)).status).toBe(200);
    site.emulator.setClockOffset(0);
    expect((await get()).status).toBe(200);
  });

  test("of Resource Manager and Graph are, too", async () => {
    for (const [scope, url] of [
      [
        "https://management.core.windows.net/",
        "https://management.azure.com/subscriptions?api-version=2022-12-01",
      ],
      ["https://graph.microsoft.com", "https://graph.microsoft.com/v1.0/me"],
    ] as const) {
      site.emulator.setClockOffset(0);
      const headers = await authorizeFor(scope);
      expect((await send(site.emulator, url, { headers })).status).not.toBe(401);
      site.emulator.setClockOffset(2 * HOUR);
      expect((await send(site.emulator, url, { headers })).status).toBe(401);
    }
  });
});

async function authorizeFor(resource: string): Promise<Readonly<Record<string, string>>> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: site.principal.appId,
    client_secret: site.principal.environment["AZURE_CLIENT_SECRET"] ?? "",
    scope: `${resource}/.default`,
  });
  const url = `https://login.microsoftonline.com/${site.emulator.tenantId}/oauth2/v2.0/token`;
  const { json } = await send(site.emulator, url, { method: "POST", body: form.toString() });
  return { Authorization: `Bearer ${(json as { access_token: string }).access_token}` };
}

describe("client assertions", () => {
  const program = `import { EnvironmentCredential } from "@azure/identity";
    try {
      const { token } = await new EnvironmentCredential().getToken("https://vault.azure.net/.default");
      console.log(token.split(".").length);
    } catch (error) {
      console.log(error.message);
    }`;
  const ask = async (client: Principal) => await runSdk(site.emulator, client, program);

  test("that the SDK dates by its own clock are refused where the clocks are hours apart", async () => {
    const client = await site.emulator.createServicePrincipal("client-certificate");
    expect(await ask(client)).toBe("3");
    for (const offset of [2 * HOUR, -2 * HOUR]) {
      site.emulator.setClockOffset(offset);
      const said = await ask(client);
      expect(said).toContain("AADSTS700024");
      const current = /Current time: (?<time>[^,]+), assertion valid from/.exec(said)?.groups?.["time"] ?? "";
      expect(Math.abs(Date.parse(current) / 1000 - nowSeconds() - offset)).toBeLessThan(30);
      expect(site.emulator.log.at(-1)).toMatchObject({ status: 401, errorCode: "AADSTS700024" });
    }
    site.emulator.setClockOffset(120);
    expect(await ask(client)).toBe("3"); // Five minutes are allowed.
  });

  test("of an expired certificate are refused", async () => {
    const client = await site.emulator.createServicePrincipal("client-certificate");
    site.emulator.setClockOffset(YEAR);
    const said = await ask(client);
    expect(said).toContain("AADSTS700027");
    expect(said).toContain("The key used is expired.");
  });

  test("of a federated issuer end", async () => {
    const client = await site.emulator.createServicePrincipal("federated-token");
    const { AZURE_FEDERATED_TOKEN_FILE = "" } = client.environment;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client.appId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await Bun.file(AZURE_FEDERATED_TOKEN_FILE).text(),
      scope: "https://vault.azure.net/.default",
    }).toString();
    const url = `https://login.microsoftonline.com/${site.emulator.tenantId}/oauth2/v2.0/token`;
    const post = async () => await send(site.emulator, url, { method: "POST", body: form });
    expect((await post()).status).toBe(200);
    site.emulator.setClockOffset(48 * HOUR);
    const { status, json } = await post();
    expect([status, json]).toEqual([401, expect.objectContaining({ error_codes: [700024] })]);
    const { timestamp } = json as { timestamp: string };
    expect(Math.abs(Date.parse(timestamp) / 1000 - nowSeconds() - 48 * HOUR)).toBeLessThan(5);
  });
});

test("a key's dates are judged by the emulated time", async () => {
  expect((await sign(site.headers)).status).toBe(200);
  for (const [offset, words] of [
    [20 * YEAR, "Operation sign is not allowed on an expired key."],
    [-20 * YEAR, "Operation sign is not allowed on a key that is not yet valid."],
  ] as const) {
    site.emulator.setClockOffset(offset);
    const { status, json } = await sign(await authorize(site.emulator, site.principal));
    expect([status, messageOf(json)]).toEqual([403, words]);
  }
});

test("what a vault makes and changes is dated by it", async () => {
  site.emulator.setClockOffset(2 * HOUR);
  site.vault.setAttributes("signer", { enabled: true });
  const { json } = await get("/secrets/signer", await authorize(site.emulator, site.principal));
  const { created, updated } = (json as { attributes: { created: number; updated: number } }).attributes;
  expect(Math.abs(created - nowSeconds())).toBeLessThan(60);
  expect(Math.abs(updated - nowSeconds() - 2 * HOUR)).toBeLessThan(5);
});

test("an offset that is no number is refused", () => {
  expect(() => site.emulator.setClockOffset(Number.NaN)).toThrow(RangeError);
});
