/** The SDK's real clients against a vault that answers as the test says. */
import { describe, expect, test } from "bun:test";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import { getVaultCertificate } from "../../src/vault/certificate.ts";
import { getVaultSecret } from "../../src/vault/secret.ts";
import { signWithVault } from "../../src/vault/sign.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { expectError } from "./expect-error.ts";
import { fakeNetwork, fakeVault, KEY, type ServiceAnswer, VAULT_URL, VERSION } from "./fake-network.ts";

/** A host of no known cloud, whose challenge nobody knows before it is asked. */
const OTHER_URL = "https://myvault.vault.example";
const OTHER_KEY = { ...KEY, vaultUrl: OTHER_URL };

const CHALLENGE: ServiceAnswer = {
  status: 401,
  headers: {
    "www-authenticate":
      'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.example"',
  },
  body: { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
};
const CLAIMS_CHALLENGE: ServiceAnswer = {
  status: 401,
  headers: {
    "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/t", error="insufficient_claims", claims="${btoa('{"a":1}')}"`,
  },
  body: {
    error: { code: "Unauthorized", message: "AKV10148: Continuous access evaluation resulted in challenge." },
  },
};
const SECRET = {
  value: "the value",
  contentType: "application/x-pem-file",
  id: `${VAULT_URL}/secrets/my-cert/${VERSION}`,
};
const CERTIFICATE = {
  cer: "AQID",
  id: `${VAULT_URL}/certificates/my-cert/${VERSION}`,
  attributes: {},
  policy: {},
};
const SIGNATURE = { kid: `${VAULT_URL}/keys/my-cert/${VERSION}`, value: "BAUG" };

/** A vault that gives these answers in turn, and the last one from then on; and what it was asked. */
function vaultOf(...answers: readonly ServiceAnswer[]): { vault: Vault; asked: string[] } {
  return vaultAt(VAULT_URL, answers);
}

function vaultAt(url: string, answers: readonly ServiceAnswer[]): { vault: Vault; asked: string[] } {
  const asked: string[] = [];
  const answer = (sent: PipelineRequest): ServiceAnswer => {
    const { pathname } = new URL(sent.url);
    const answered = answers[Math.min(asked.length, answers.length - 1)] ?? {};
    asked.push(
      `${sent.method} ${pathname} ${sent.headers.get("authorization") ?? "-"} ${String(sent.body ?? "-")}`,
    );
    return answered;
  };
  return { vault: fakeVault(fakeNetwork({ answer }), { url }), asked };
}

const secretOf = (...answers: readonly ServiceAnswer[]) => getVaultSecret(vaultOf(...answers).vault, KEY);
const certificateOf = (...answers: readonly ServiceAnswer[]) =>
  getVaultCertificate(vaultOf(...answers).vault, KEY);
const signatureOf = (...answers: readonly ServiceAnswer[]) => sign(vaultOf(...answers).vault);
const sign = (vault: Vault, key = KEY) =>
  signWithVault(vault, key, signatureAlgorithm("EC-256", "SHA-256"), Buffer.alloc(32, 1));

describe("a call to the vault", () => {
  test("answers the challenge, and sends no token and no body before it", async () => {
    const { vault, asked } = vaultAt(OTHER_URL, [CHALLENGE, { body: SIGNATURE }]);
    expect(Buffer.from(await sign(vault, OTHER_KEY)).toString("hex")).toBe("040506");
    const path = `POST /keys/my-cert/${VERSION}/sign`;
    expect(asked[0]).toBe(`${path} - -`);
    expect(asked[1]).toStartWith(`${path} Bearer a-token {"alg":"ES256","value":"AQEB`);
    expect(asked).toHaveLength(2);
  });

  test("answers a challenge for claims", async () => {
    const { vault, asked } = vaultOf(CLAIMS_CHALLENGE, { body: SECRET });
    const claims: unknown[] = [];
    const credential: Vault["credential"] = {
      getToken: (_scopes, options) => {
        claims.push(options?.claims);
        return Promise.resolve({
          token: `token-${claims.length}`,
          expiresOnTimestamp: Date.now() + 3_600_000,
        });
      },
      mayDependOnTenant: () => false,
    };
    expect((await getVaultSecret({ ...vault, credential }, KEY)).value).toBe("the value");
    expect(claims.at(-1)).toBe('{"a":1}');
    expect(asked.at(-1)).toContain(`Bearer token-${claims.length} `);
  });

  test("whose claims do not satisfy the vault is told by the vault's own words", () =>
    expectError(
      () => secretOf(CLAIMS_CHALLENGE),
      "ACCESS_DENIED",
      /401 insufficient_claims: AKV10148: Continuous access evaluation resulted in challenge\.\nFix: sign in again/,
    ));

  test.each([
    [
      "names another service",
      'Bearer authorization="https://login.microsoftonline.com/t", resource="https://evil.example"',
      "a token of another service",
    ],
    [
      "names a service that is none",
      'Bearer authorization="https://login.microsoftonline.com/t", resource="nonsense"',
      "cannot be read",
    ],
    [
      "names no Entra ID",
      'Bearer authorization="nonsense", resource="https://vault.example"',
      "cannot be read",
    ],
    ["names no service", 'Bearer realm="x"', "names no service"],
  ])("whose challenge %s sends no token", async (_what, challenge, words) => {
    const { vault, asked } = vaultAt(OTHER_URL, [
      { ...CHALLENGE, headers: { "www-authenticate": challenge } },
    ]);
    await expectError(() => getVaultSecret(vault, OTHER_KEY), "ERROR", words);
    expect(asked.join()).not.toContain("Bearer a-token");
  });
});

describe("a secret", () => {
  test("is read with its version and its content type", async () => {
    const { vault, asked } = vaultOf({ body: SECRET });
    expect(await getVaultSecret(vault, KEY)).toEqual({
      version: VERSION,
      contentType: "application/x-pem-file",
      value: "the value",
    });
    expect(asked[0]).toStartWith(`GET /secrets/my-cert/${VERSION} Bearer`);
  });

  test("of no version is the latest", async () => {
    const { vault, asked } = vaultOf({ body: SECRET });
    expect((await getVaultSecret(vault, { ...KEY, version: undefined })).version).toBe(VERSION);
    expect(asked[0]).toMatch(/^GET \/secrets\/my-cert\/? Bearer/);
  });

  test.each<[string, unknown, string]>([
    ["without a value", { ...SECRET, value: undefined }, "without a value"],
    ["with a value that is no text", { ...SECRET, value: 7 }, "without a value"],
    ["without an identifier", { value: "the value" }, "lacks what an answer of Azure Key Vault must hold"],
    ["with nothing", {}, "lacks what an answer of Azure Key Vault must hold"],
  ])("%s is an error, and its value is not shown", async (_what, body, words) => {
    await expectError(() => secretOf({ body }), "ERROR", words, /^(?!.*the value")/s);
  });

  test("of another version is refused", () =>
    expectError(
      () => secretOf({ body: { ...SECRET, id: SECRET.id.replace(VERSION, "f".repeat(32)) } }),
      "VALIDATION_ERROR",
      `answered with version ${"f".repeat(32)}`,
    ));
});

describe("a certificate", () => {
  test("is read with its version", async () => {
    expect(await certificateOf({ body: CERTIFICATE })).toEqual({
      version: VERSION,
      der: new Uint8Array([1, 2, 3]),
      enabled: true,
    });
    const disabled = { ...CERTIFICATE, attributes: { enabled: false } };
    expect((await certificateOf({ body: disabled })).enabled).toBe(false);
  });

  test.each([
    ["without DER", { ...CERTIFICATE, cer: undefined }],
    ["with DER of no octets", { ...CERTIFICATE, cer: "" }],
  ])("%s is an error", async (_what, body) => {
    await expectError(() => certificateOf({ body }), "ERROR", "without a certificate");
  });
});

describe("a signature", () => {
  test.each([
    ["of the same vault by another name", `https://other.example/keys/my-cert/${VERSION}`],
    ["in other letters", `${VAULT_URL}/KEYS/My-Cert/${VERSION.toUpperCase()}`],
  ])("of a key %s is taken", async (_what, kid) => {
    expect(await signatureOf({ body: { ...SIGNATURE, kid } })).toHaveLength(3);
  });

  test.each<[string, unknown, string]>([
    ["of another key", { ...SIGNATURE, kid: `${VAULT_URL}/keys/other/${VERSION}` }, "Nothing was signed"],
    [
      "of another version",
      { ...SIGNATURE, kid: `${VAULT_URL}/keys/my-cert/${"f".repeat(32)}` },
      "Nothing was signed",
    ],
    ["of a key that is none", { ...SIGNATURE, kid: "nonsense" }, "Nothing was signed"],
    ["of no key", { value: SIGNATURE.value }, "without the identifier of the key that signed"],
    ["without octets", { ...SIGNATURE, value: "" }, "without a signature"],
    ["that is missing", { kid: SIGNATURE.kid }, "without a signature"],
  ])("%s is refused", async (_what, body, words) => {
    await expectError(() => signatureOf({ body }), "ERROR", words);
  });
});
