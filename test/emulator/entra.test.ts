import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeJwt, type JWTPayload, SignJWT } from "jose";
import { generatePrivateKey } from "../pki/index.ts";
import { requestToken, secretForm, send } from "./client.ts";
import { type Emulator, type Principal, startEmulator } from "./index.ts";

let emulator: Emulator;
let principal: Principal;

beforeAll(async () => {
  emulator = await startEmulator();
  principal = await emulator.createServicePrincipal("client-secret");
});
afterAll(async () => await emulator.close());

/** Fields of a refusal. */
interface Refusal {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
}

async function refuse(form: string, where: Parameters<typeof requestToken>[2] = {}) {
  const { status, json } = await requestToken(emulator, form, where);
  const { error, error_codes } = json as Refusal;
  return [status, error, ...(error_codes ?? [])];
}

describe("a client secret", () => {
  test("gets a token of version 1.0 for the vault's resource", async () => {
    const { status, json } = await requestToken(emulator, secretForm(principal));
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: "Bearer", expires_in: 3599 });
    expect(decodeJwt((json as { access_token: string }).access_token)).toMatchObject({
      aud: "https://vault.azure.net",
      iss: `https://sts.windows.net/${emulator.tenantId}/`,
      appid: principal.appId,
      oid: principal.objectId,
      tid: emulator.tenantId,
    });
  });

  test("that is wrong is refused in Entra ID's words", async () => {
    const { status, json } = await requestToken(emulator, secretForm(principal, { client_secret: "wrong" }));
    const refusal = json as Refusal & Record<string, string>;
    expect(status).toBe(401);
    expect(refusal).toMatchObject({ error: "invalid_client", error_codes: [7000215] });
    expect(refusal.error_description).toMatch(
      new RegExp(
        `^AADSTS7000215: Invalid client secret provided\\..* for a secret added to app '${principal.appId}'\\. Trace ID: ${refusal["trace_id"]} Correlation ID: ${refusal["correlation_id"]} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
      ),
    );
    expect(emulator.log.at(-1)).toMatchObject({ errorCode: "AADSTS7000215", status: 401 });
  });

  const nobody = "00000000-1111-4222-8333-444444444444";
  test.each([
    ["an unknown application", { client_id: nobody }, [400, "unauthorized_client", 700016]],
    ["another grant", { grant_type: "password" }, [400, "unsupported_grant_type", 70003]],
    ["no grant", { grant_type: "" }, [400, "invalid_request", 900144]],
    ["no scope", { scope: "" }, [400, "invalid_request", 900144]],
    [
      "a scope that is no resource's default",
      { scope: "https://vault.azure.net/read" },
      [400, "invalid_scope", 1002012],
    ],
    [
      "two scopes",
      { scope: "https://vault.azure.net/.default https://x/.default" },
      [400, "invalid_scope", 70011],
    ],
    ["an unknown resource", { scope: "https://example.com/.default" }, [400, "invalid_resource", 500011]],
    [
      "another cloud's resource",
      { scope: "https://vault.azure.cn/.default" },
      [400, "invalid_resource", 500011],
    ],
  ] as const)("with %s is refused", async (_, changes, expected) => {
    expect(await refuse(secretForm(principal, changes))).toEqual([...expected]);
  });

  test("is required", async () => {
    const form = new URLSearchParams(secretForm(principal));
    form.delete("client_secret");
    expect(await refuse(form.toString())).toEqual([401, "invalid_client", 7000218]);
  });

  test("in an unknown tenant, or in one where nobody is registered, is refused", async () => {
    const tenant = "11111111-2222-4333-8444-555555555555";
    expect(await refuse(secretForm(principal), { tenant })).toEqual([400, "invalid_request", 90002]);
    emulator.createVault("foreign", { tenantId: tenant });
    expect(await refuse(secretForm(principal), { tenant })).toEqual([400, "unauthorized_client", 700016]);
  });

  test("is not what a managed identity has", async () => {
    const managed = emulator.createManagedIdentity("user-assigned");
    const form = secretForm(principal, { client_id: managed.appId });
    expect(await refuse(form)).toEqual([401, "invalid_client", 7000215]);
  });
});

describe("an assertion", () => {
  function assertionForm(client: Principal, assertion: string): string {
    return new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client.appId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
      scope: "https://vault.azure.net/.default",
    }).toString();
  }

  async function makeAssertion(client: Principal, changes: JWTPayload, header: object, key?: KeyObject) {
    const pem = readFileSync(client.environment["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "", "utf8");
    const now = Math.floor(Date.now() / 1000);
    const aud = `https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`;
    const dates = { nbf: now, exp: now + 600 };
    const der = new X509Certificate(pem).raw;
    const thumbprint = createHash("sha256").update(der).digest("base64url");
    return await new SignJWT({ iss: client.appId, sub: client.appId, aud, ...dates, ...changes })
      .setProtectedHeader({ alg: "PS256", "x5t#S256": thumbprint, ...header })
      .sign(key ?? createPrivateKey(pem));
  }

  test("by the registered certificate's key is good, by either thumbprint", async () => {
    const client = await emulator.createServicePrincipal("client-certificate");
    const pem = readFileSync(client.environment["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "", "utf8");
    const x5t = createHash("sha1").update(new X509Certificate(pem).raw).digest("base64url");
    for (const header of [{}, { alg: "RS256", x5t, "x5t#S256": undefined }]) {
      const form = assertionForm(client, await makeAssertion(client, {}, header));
      expect((await requestToken(emulator, form)).status).toBe(200);
    }
  });

  test("with a fault is refused", async () => {
    const client = await emulator.createServicePrincipal("client-certificate");
    const stranger = await generatePrivateKey("RSA-2048");
    const now = Math.floor(Date.now() / 1000);
    const cases: readonly (readonly [JWTPayload, object, number, KeyObject?])[] = [
      [{}, {}, 700027, stranger],
      [{}, { "x5t#S256": "AAAA" }, 700027],
      [{ iss: principal.appId }, {}, 700021],
      [{ sub: principal.appId }, {}, 700021],
      [{ aud: "https://vault.azure.net" }, {}, 700023],
      [{ aud: `https://login.microsoftonline.us/${emulator.tenantId}/oauth2/v2.0/token` }, {}, 700023],
      [{ exp: now - 3600 }, {}, 700024],
      [{ nbf: now + 3600, exp: now + 7200 }, {}, 700024],
    ];
    for (const [changes, header, code, key] of cases) {
      const assertion = await makeAssertion(client, changes, header, key);
      expect(await refuse(assertionForm(client, assertion))).toEqual([401, "invalid_client", code]);
    }
    expect(await refuse(assertionForm(client, "nonsense"))).toEqual([400, "invalid_request", 50027]);
    expect(await refuse(assertionForm(principal, await makeAssertion(client, {}, {})))).toEqual([
      401,
      "invalid_client",
      700027,
    ]);
  });

  test("of the federated issuer is good for the application that trusts it, and no other", async () => {
    const [client, other] = await Promise.all([
      emulator.createServicePrincipal("federated-token"),
      emulator.createServicePrincipal("federated-token"),
    ]);
    const token = readFileSync(client.environment["AZURE_FEDERATED_TOKEN_FILE"] ?? "", "utf8");
    expect((await requestToken(emulator, assertionForm(client, token))).status).toBe(200);
    expect(await refuse(assertionForm(other, token))).toEqual([401, "invalid_client", 700211]);
    const stranger = await generatePrivateKey("RSA-2048");
    const claims = decodeJwt(token);
    const now = Math.floor(Date.now() / 1000);
    const cases = [
      [{ sub: "system:serviceaccount:Default:signer" }, 700213],
      [{ aud: "api://other" }, 700212],
      [{ exp: now - 3600 }, 700027],
      [{}, 700027],
    ] as const;
    for (const [changes, code] of cases) {
      const forged = new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: "RS256" });
      const form = assertionForm(client, await forged.sign(stranger));
      expect(await refuse(form)).toEqual([401, "invalid_client", code]);
    }
  });
});

describe("discovery", () => {
  test("tells each cloud's aliases", async () => {
    const url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1";
    const { json } = await send(emulator, url);
    const { metadata } = json as { metadata: { aliases: string[]; preferred_network: string }[] };
    expect(metadata.map(({ aliases, preferred_network }) => [preferred_network, aliases])).toContainEqual([
      "login.partner.microsoftonline.cn",
      ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    ]);
  });

  test("tells a tenant's endpoints, and refuses an unknown tenant", async () => {
    const url = (tenant: string) =>
      `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`;
    const known = await send(emulator, url(emulator.tenantId));
    const base = `https://login.microsoftonline.com/${emulator.tenantId}`;
    expect(known.json).toMatchObject({ issuer: `${base}/v2.0`, token_endpoint: `${base}/oauth2/v2.0/token` });
    const unknown = await send(emulator, url("nowhere"));
    expect([unknown.status, unknown.json]).toEqual([
      400,
      expect.objectContaining({ error: "invalid_tenant" }),
    ]);
  });
});
