/** The vault's challenge, which is known before it is asked; and what happens where that was wrong. */
import { describe, expect, test } from "bun:test";
import { holderOf } from "../../src/access-token/claims.ts";
import { PluginError } from "../../src/error/plugin-error.ts";
import { expectedChallenge, scopeOf, tenantIn } from "../../src/vault/challenge.ts";
import { getVaultSecret } from "../../src/vault/secret.ts";
import type { VaultCredential } from "../../src/vault/vault.ts";
import { fakeNetwork, fakeVault, KEY, type ServiceAnswer, VAULT_URL, VERSION } from "./fake-network.ts";

const HOME = "11111111-1111-4111-8111-111111111111";
const AWAY = "22222222-2222-4222-8222-222222222222";
const SECRET = { value: "the value", contentType: "x", id: `${VAULT_URL}/secrets/my-cert/${VERSION}` };

/** A token as Entra ID makes it, without a signature. */
function tokenOf(tenant: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ typ: "JWT" })}.${part({ tid: tenant })}.signature`;
}

function challengeOf(tenant: string): ServiceAnswer {
  const header = `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"`;
  return {
    status: 401,
    headers: { "www-authenticate": header },
    body: { error: { code: "Unauthorized", message: "AKV10032: Invalid issuer." } },
  };
}

interface Scene {
  /** Of which tenant a credential's token is that was told none; an error in its place. */
  readonly home?: string | PluginError;
  readonly mayDependOnTenant?: boolean;
  /** Those that a credential can be told. Default: any. */
  readonly tenants?: readonly string[];
}

/** Reads a secret of a vault in the tenant AWAY, and says what was sent and which tokens were asked for. */
async function readSecret({ home = HOME, mayDependOnTenant = false, tenants }: Scene) {
  const sent: string[] = [];
  const asked: string[] = [];
  const credential: VaultCredential = {
    getToken(_scopes, { tenantId } = {}) {
      asked.push(tenantId ?? "-");
      if (tenantId === undefined && home instanceof PluginError) {
        return Promise.reject(home);
      }
      if (tenantId !== undefined && tenants?.includes(tenantId) === false) {
        return Promise.reject(new PluginError("ACCESS_DENIED", `no token of ${tenantId}`));
      }
      const token = tokenOf(tenantId ?? String(home));
      return Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
    },
    mayDependOnTenant: () => mayDependOnTenant,
  };
  const network = fakeNetwork({
    answer: ({ headers }) => {
      const token = headers.get("authorization")?.slice("Bearer ".length);
      sent.push(token === undefined ? "-" : (holderOf(token).tenantId ?? "?"));
      return token === tokenOf(AWAY) ? { body: SECRET } : challengeOf(AWAY);
    },
  });
  const result = await getVaultSecret(fakeVault(network, { credential }), KEY).then(
    ({ value }) => value,
    (error: unknown) => error,
  );
  return { result, sent, asked: new Set(asked) };
}

describe("the challenge of a vault", () => {
  test.each([
    ["myvault.vault.azure.net", "https://login.microsoftonline.com", "https://vault.azure.net"],
    ["myhsm.managedhsm.azure.net", "https://login.microsoftonline.com", "https://managedhsm.azure.net"],
    ["myvault.vault.azure.cn", "https://login.chinacloudapi.cn", "https://vault.azure.cn"],
  ])("%s is known", (host, authority, resource) => {
    const challenge = `Bearer authorization="${authority}", resource="${resource}"`;
    expect(expectedChallenge(`https://${host}`)).toBe(challenge);
    expect(scopeOf(`https://${host}`)).toBe(`${resource}/.default`);
  });

  test.each(["localhost:8443", "myvault.vault.example", "vault.azure.net.example"])("%s is not", (host) => {
    expect(expectedChallenge(`https://${host}`)).toBeUndefined();
  });
});

test.each([
  [`Bearer authorization="https://login.microsoftonline.com/${AWAY}", resource="r"`, AWAY],
  [
    `Bearer resource="r", authorization_uri="https://login.windows.net/example.onmicrosoft.com"`,
    "example.onmicrosoft.com",
  ],
  [`Bearer authorization="https://login.microsoftonline.com/${AWAY}/", resource="r"`, AWAY],
  [`Bearer authorization="https://login.microsoftonline.com", resource="r"`, undefined],
  [`Bearer authorization="http://login.microsoftonline.com/${AWAY}"`, undefined],
  [`Bearer authorization="https://login.microsoftonline.com/a b"`, undefined],
  [`Bearer authorization="https://login.microsoftonline.com/common", resource="r"`, undefined],
  ["", undefined],
])("of the challenge %j the tenant is %p", (challenge, tenant) => {
  expect(tenantIn(challenge)).toBe(tenant);
});

describe("a token", () => {
  test("of the vault's tenant is asked for first, and nothing is asked of the vault without it", async () => {
    expect(await readSecret({ home: AWAY })).toEqual({
      result: "the value",
      sent: [AWAY],
      asked: new Set(["-"]),
    });
  });

  test("of another tenant is put right by the challenge, once", async () => {
    expect(await readSecret({})).toEqual({
      result: "the value",
      sent: [HOME, AWAY],
      asked: new Set(["-", AWAY]),
    });
  });

  test("of another tenant, whose credential has none of the vault's, is told by the credential", async () => {
    const { result, sent } = await readSecret({ tenants: [HOME] });
    expect(result).toMatchObject({ code: "ACCESS_DENIED", message: `no token of ${AWAY}` });
    expect(sent).toEqual([HOME]);
  });

  test("that a credential has only when it is told the tenant is asked for with the vault's", async () => {
    const home = new PluginError("ACCESS_DENIED", "AADSTS50020: another tenant");
    expect(await readSecret({ home, mayDependOnTenant: true })).toEqual({
      result: "the value",
      sent: ["-", AWAY],
      asked: new Set(["-", AWAY]),
    });
  });

  test("that a credential has not, whatever the tenant, is not asked for twice", async () => {
    const home = new PluginError("ACCESS_DENIED", "no credential");
    expect(await readSecret({ home })).toEqual({ result: home, sent: [], asked: new Set(["-"]) });
  });
});
