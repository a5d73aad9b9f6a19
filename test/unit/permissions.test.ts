/** What the calls to a vault, made by the SDK's real clients, tell of the caller's permissions. */
import { describe, expect, test } from "bun:test";
import { describePermissions, tryOtherPermissions } from "../../src/check/permissions.ts";
import { PluginError } from "../../src/error/plugin-error.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import type { CheckedPermission } from "../../src/protocol/generated/validators.js";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import { getVaultCertificate } from "../../src/vault/certificate.ts";
import type { VaultOperation } from "../../src/vault/operation.ts";
import { getVaultSecret } from "../../src/vault/secret.ts";
import { signWithVault } from "../../src/vault/sign.ts";
import type { Vault, VaultCall } from "../../src/vault/vault.ts";
import { fakeNetwork, fakeVault, KEY, type ServiceAnswer, VAULT_URL, VERSION } from "./fake-network.ts";

const HSM_URL = "https://myhsm.managedhsm.azure.net";
const SECRET_VALUE = "the value of the secret";

/** What the vault answers to who may do everything. */
const GRANTED: Readonly<Record<VaultOperation, ServiceAnswer>> = {
  "certificates get": {
    body: { id: `${VAULT_URL}/certificates/my-cert/${VERSION}`, cer: "AQID", attributes: {}, policy: {} },
  },
  "secrets get": { body: { id: `${VAULT_URL}/secrets/my-cert/${VERSION}`, value: SECRET_VALUE } },
  "keys sign": { body: { kid: `${VAULT_URL}/keys/my-cert/${VERSION}`, value: "BAUG" } },
};
/** As a vault shows a certificate that was requested of a CA, and not merged. */
const PENDING = { id: `${VAULT_URL}/certificates/my-cert/${VERSION}`, attributes: {}, policy: {} };
const OPERATIONS: readonly VaultOperation[] = ["certificates get", "secrets get", "keys sign"];

/** A refusal in the vault's own form. */
function refusal(status: number, code: string, innerCode?: string): ServiceAnswer {
  const innererror = innerCode === undefined ? undefined : { code: innerCode };
  return { status, body: { error: { code, message: "no", innererror } } };
}

type Answers = Partial<Readonly<Record<VaultOperation, ServiceAnswer | NetworkFailure>>>;

interface Observed {
  readonly vault: Vault;
  readonly calls: VaultCall[];
  /** The operations that it was asked for, in order. */
  readonly asked: VaultOperation[];
}

/** A vault that answers so, and else grants everything; and what it was asked. */
function observe(answers: Answers = {}, changes: Partial<Vault> = {}): Observed {
  const calls: VaultCall[] = [];
  const asked: VaultOperation[] = [];
  const network = fakeNetwork({
    answer: ({ url }) => {
      const object = new URL(url).pathname.split("/")[1] ?? "";
      const operation = OPERATIONS.find((each) => each.startsWith(object)) ?? "keys sign";
      asked.push(operation);
      const answer = answers[operation] ?? GRANTED[operation];
      if (answer instanceof NetworkFailure) {
        throw answer;
      }
      return answer;
    },
  });
  return { vault: fakeVault(network, { onCall: (call) => calls.push(call), ...changes }), calls, asked };
}

/** Makes every call that the plugin can make, whatever comes of it. */
async function callAll({ vault }: Observed): Promise<void> {
  const digest = Buffer.alloc(32, 1);
  await Promise.allSettled([
    getVaultCertificate(vault, KEY),
    getVaultSecret(vault, KEY),
    signWithVault(vault, KEY, signatureAlgorithm("EC-256", "SHA-256"), digest),
  ]);
}

interface Knowledge {
  readonly tokenFailure?: PluginError;
  readonly isSelfSigned?: boolean;
  readonly vaultUrl?: string;
}

function permissionsOf({ vault, calls }: Observed, knowledge: Knowledge = {}): CheckedPermission[] {
  const { tokenFailure, isSelfSigned = false, vaultUrl = VAULT_URL } = knowledge;
  return describePermissions({ vault, key: { ...KEY, vaultUrl }, calls, tokenFailure, isSelfSigned });
}

const outcomes = (permissions: readonly CheckedPermission[]): (string | undefined)[][] =>
  permissions.map(({ permission, outcome, detail }) => [permission, outcome, detail]);

describe("a permission", () => {
  test("is granted where the call has a result, with the time that it took", async () => {
    const observed = observe();
    await callAll(observed);
    expect(permissionsOf(observed)).toEqual(
      OPERATIONS.map((permission) => ({
        permission,
        needed: true,
        outcome: "granted",
        milliseconds: expect.any(Number),
      })),
    );
    const calls = [{ operation: "keys sign", milliseconds: 12.6, error: undefined }] as const;
    expect(permissionsOf({ ...observed, calls: [...calls] })[2]?.milliseconds).toBe(13);
  });

  const gateway = { status: 502, body: "<html>Bad Gateway</html>" };
  const unreachable = new NetworkFailure("ECONNREFUSED", { host: "h", proxy: undefined }, "x");
  test.each<[string, VaultOperation, ServiceAnswer | NetworkFailure, string, string | undefined]>([
    ["a parameter is wrong", "keys sign", refusal(400, "BadParameter"), "granted", undefined],
    ["policy", "keys sign", refusal(403, "Forbidden", "AccessDenied"), "denied", "403 AccessDenied"],
    ["role", "secrets get", refusal(403, "Forbidden", "ForbiddenByRbac"), "denied", "403 ForbiddenByRbac"],
    ["a role of a Managed HSM", "keys sign", refusal(403, "AccessDenied"), "denied", "403 AccessDenied"],
    [
      "firewall",
      "keys sign",
      refusal(403, "Forbidden", "ForbiddenByFirewall"),
      "unknown",
      "403 ForbiddenByFirewall",
    ],
    [
      "private link alone",
      "keys sign",
      refusal(403, "Forbidden", "ForbiddenByConnection"),
      "unknown",
      "403 ForbiddenByConnection",
    ],
    ["no such key", "keys sign", refusal(404, "KeyNotFound"), "granted", "404 KeyNotFound"],
    ["no such secret", "secrets get", refusal(404, "SecretNotFound"), "granted", "404 SecretNotFound"],
    ["disabled", "keys sign", refusal(403, "Forbidden", "KeyDisabled"), "granted", "403 KeyDisabled"],
    ["token not taken", "keys sign", refusal(401, "Unauthorized"), "unknown", "401 Unauthorized"],
    ["throttled", "certificates get", refusal(429, "Throttled"), "unknown", "429 Throttled"],
    ["fault", "keys sign", refusal(503, "ServiceUnavailable"), "unknown", "503 ServiceUnavailable"],
    ["a refusal that says no more", "keys sign", refusal(403, "Forbidden"), "unknown", "403 Forbidden"],
    ["a certificate that is still awaited", "certificates get", { body: PENDING }, "granted", "ERROR"],
    ["gateway's 400", "keys sign", { ...gateway, status: 400 }, "unknown", "400"],
    ["gateway's 502", "keys sign", gateway, "unknown", "502"],
    ["gateway's 403", "keys sign", { ...gateway, status: 403 }, "unknown", "403"],
    ["gateway's 404", "secrets get", { ...gateway, status: 404 }, "unknown", "404"],
    ["no way to it", "keys sign", unreachable, "unknown", "ECONNREFUSED"],
  ])("as its call ends: %s", async (_what, operation, answer, outcome, detail) => {
    const observed = observe({ [operation]: answer });
    await callAll(observed);
    const expected = OPERATIONS.map((each) =>
      each === operation ? [each, outcome, detail] : [each, "granted", undefined],
    );
    expect(outcomes(permissionsOf(observed))).toEqual(expected);
  });

  test("is not known without an access token, for which nothing is asked", async () => {
    const tokenFailure = new PluginError("ACCESS_DENIED", "no access token", { fix: "sign in" });
    const credential: Vault["credential"] = {
      getToken: () => Promise.reject(tokenFailure),
      mayDependOnTenant: () => false,
    };
    const observed = observe({}, { credential });
    await callAll(observed);
    expect(observed.asked).toEqual([]);
    expect(permissionsOf(observed, { tokenFailure })).toEqual(
      OPERATIONS.map((permission) => ({
        permission,
        needed: true,
        outcome: "unknown",
        detail: "no access token",
      })),
    );
  });

  test("is told by its own call where the token failed for another", async () => {
    const observed = observe({ "keys sign": refusal(403, "Forbidden", "AccessDenied") });
    await callAll(observed);
    const tokenFailure = new PluginError("ACCESS_DENIED", "no access token");
    expect(permissionsOf(observed, { tokenFailure })[2]?.outcome).toBe("denied");
  });

  test("is not known of a call that ended without an answer: the error's code is told", () => {
    const error = new PluginError("TIMEOUT", "no result within 60 s");
    const calls: VaultCall[] = [{ operation: "keys sign", milliseconds: 1, error }];
    const [, , found] = outcomes(permissionsOf({ ...observe(), calls }));
    expect(found).toEqual(["keys sign", "unknown", "TIMEOUT"]);
  });

  test("is not known without a call that has ended", async () => {
    const observed = observe();
    await getVaultSecret(observed.vault, KEY);
    expect(outcomes(permissionsOf(observed))).toEqual([
      ["certificates get", "unknown", "no answer in time"],
      ["secrets get", "granted", undefined],
      ["keys sign", "unknown", "no answer in time"],
    ]);
  });
});

describe("what is needed", () => {
  const needed = (vault: Partial<Vault>, knowledge: Knowledge = {}): string[] =>
    permissionsOf(observe({}, vault), knowledge).flatMap((each) => (each.needed ? [each.permission] : []));

  test("is what signing needs with the plugin config", () => {
    expect(needed({})).toEqual(["certificates get", "secrets get", "keys sign"]);
    expect(needed({ needs: ["keys sign", "certificates get"] })).toEqual(["certificates get", "keys sign"]);
    expect(needed({ needs: ["keys sign"] })).toEqual(["keys sign"]);
  });

  test("is no secret for a certificate that is its own chain", () => {
    expect(needed({}, { isSelfSigned: true })).toEqual(["certificates get", "keys sign"]);
  });

  test("in a Managed HSM is keys sign, and there is nothing else", () => {
    const observed = observe({}, { needs: ["keys sign"] });
    const found = permissionsOf(observed, { vaultUrl: HSM_URL });
    expect(found.map(({ permission, needed: is }) => [permission, is])).toEqual([["keys sign", true]]);
  });
});

describe("permissions that signing does not need are tried", () => {
  test.each<[readonly VaultOperation[], readonly VaultOperation[]]>([
    [["keys sign"], ["certificates get", "secrets get"]],
    [["keys sign", "certificates get"], ["secrets get"]],
    [["keys sign", "secrets get", "certificates get"], []],
    [[], ["certificates get", "secrets get"]],
  ])("beside %j: %j", async (needs, tried) => {
    const { vault, asked, calls } = observe({}, { needs });
    await tryOtherPermissions(vault, KEY);
    expect(asked.toSorted()).toEqual([...tried]);
    expect(calls.map(({ operation }) => operation).toSorted()).toEqual([...tried]);
  });

  test("but not in a Managed HSM, which has none", async () => {
    const { vault, asked } = observe({}, { needs: ["keys sign"] });
    await tryOtherPermissions(vault, { ...KEY, vaultUrl: HSM_URL });
    expect(asked).toEqual([]);
  });

  test("and that they are refused is no failure", async () => {
    const denied = refusal(403, "Forbidden", "ForbiddenByRbac");
    const observed = observe({ "certificates get": denied, "secrets get": denied }, { needs: ["keys sign"] });
    await tryOtherPermissions(observed.vault, KEY);
    expect(permissionsOf(observed).map(({ outcome }) => outcome)).toEqual(["denied", "denied", "unknown"]);
  });

  test("and the value of the secret is kept nowhere", async () => {
    const observed = observe({}, { needs: ["keys sign", "certificates get"] });
    const given: unknown = await tryOtherPermissions(observed.vault, KEY);
    expect(observed.asked).toEqual(["secrets get"]);
    expect(given).toBeUndefined();
    expect(Bun.inspect([observed.calls, permissionsOf(observed)], { depth: 9 })).not.toContain(SECRET_VALUE);
  });
});
