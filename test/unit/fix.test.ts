import { describe, expect, test } from "bun:test";
import { type FailedCall, findFix } from "../../src/vault/fix.ts";
import type { VaultOperation } from "../../src/vault/operation.ts";
import type { ServiceFailure } from "../../src/vault/service-failure.ts";
import { fakeNetwork, fakeVault, KEY, OBJECT_ID, VERSION } from "./fake-network.ts";

const OPTIONS = `--vault-name myvault --name my-cert --version ${VERSION}`;
const CALLER = `Caller: appid=1;oid=${OBJECT_ID};iss=https://sts.windows.net/2/`;

/** The fix for a refusal with these changes. */
function fixFor(failure: Partial<ServiceFailure>, call: Partial<FailedCall> = {}): string | undefined {
  return findFix({
    vault: fakeVault(fakeNetwork()),
    operation: "keys sign",
    key: KEY,
    failure: {
      status: 403,
      code: "Forbidden",
      innerCode: undefined,
      message: "",
      requestId: undefined,
      ...failure,
    },
    ...call,
  });
}

const withInnerCode = (innerCode: string, message = CALLER, call: Partial<FailedCall> = {}) =>
  fixFor({ innerCode, message }, call);

describe("every refusal that is known has a fix by its finer code", () => {
  test.each<[string, string]>([
    ["AccessDenied", "az keyvault set-policy --name myvault"],
    ["ForbiddenByRbac", "az role assignment create --role"],
    ["ForbiddenByFirewall", "az keyvault network-rule add --name myvault --ip-address"],
    ["ForbiddenByConnection", "DNS gives myvault.vault.azure.net a private address"],
    ["KeyDisabled", `az keyvault certificate set-attributes ${OPTIONS} --enabled true`],
    ["SecretDisabled", `az keyvault certificate set-attributes ${OPTIONS} --enabled true`],
    ["CertificateDisabled", `az keyvault certificate set-attributes ${OPTIONS} --enabled true`],
    ["KeyOperationForbidden", `az keyvault certificate show ${OPTIONS} --query`],
    ["KeyExpired", "`az keyvault certificate show --vault-name myvault --name my-cert --query kid`"],
    ["SecretExpired", "`az keyvault certificate show --vault-name myvault --name my-cert --query kid`"],
    ["KeyNotYetValid", `az keyvault certificate show ${OPTIONS} --query`],
    ["SecretNotYetValid", `az keyvault certificate show ${OPTIONS} --query`],
  ])("%s", (innerCode, words) => {
    expect(withInnerCode(innerCode)).toContain(words);
  });
});

describe("every refusal that is known has a fix by its status", () => {
  test.each<[number, string]>([
    [400, "check that the key identifier names the key that describe-key told of"],
    [401, "check that the credential is of the vault's tenant: `az keyvault show --name myvault"],
    [404, "`az keyvault certificate show --vault-name myvault --name my-cert --query kid`"],
    [408, "try again"],
    [429, "plugin config timeout=<seconds>, now 60"],
    [500, "https://status.azure.com"],
    [502, "https://status.azure.com"],
    [503, "https://status.azure.com"],
    [504, "https://status.azure.com"],
  ])("%i", (status, words) => {
    expect(fixFor({ status, code: "Anything" })).toContain(words);
  });

  test("where its finer code is not known", () => {
    expect(fixFor({ status: 404, code: "KeyNotFound", innerCode: "SomethingNew" })).toContain("--query kid");
  });

  test.each([402, 403, 409, 412, 501])("but not for %i, of which nothing is known", (status) => {
    expect(fixFor({ status, code: "Anything", innerCode: "SomethingNew" })).toBeUndefined();
  });
});

describe("a refusal by the access policy", () => {
  test("names all that signing needs in one command, since it replaces what was granted", () => {
    expect(withInnerCode("AccessDenied")).toBe(
      "grant keys sign, secrets get, certificates get, all that signing needs: `az keyvault set-policy --name myvault " +
        `--object-id ${OBJECT_ID} --key-permissions sign --secret-permissions get --certificate-permissions get\` ` +
        "(this replaces what the principal could do with each kind of object: name there what else it needs)",
    );
  });

  test("does not name what is not needed", () => {
    const vault = fakeVault(fakeNetwork(), { needs: ["keys sign", "certificates get"] });
    const fix = withInnerCode("AccessDenied", CALLER, { vault, operation: "certificates get" });
    expect(fix).toStartWith("grant keys sign, certificates get, all that signing needs");
    expect(fix).toContain("--key-permissions sign --certificate-permissions get`");
    expect(fix).not.toContain("secret");
  });
});

describe("a refusal by RBAC", () => {
  const needs: readonly [readonly VaultOperation[], string][] = [
    [["keys sign", "secrets get", "certificates get"], "keys sign"],
    [["keys sign", "certificates get"], "keys sign"],
  ];
  test.each(needs)("names each role that %p needs once, by a command of its own", (all) => {
    const fix =
      withInnerCode("ForbiddenByRbac", CALLER, { vault: fakeVault(fakeNetwork(), { needs: all }) }) ?? "";
    for (const role of ["Key Vault Crypto User", "Key Vault Certificate User"]) {
      const command =
        `\`az role assignment create --role "${role}" --assignee ${OBJECT_ID} ` +
        "--scope $(az keyvault show --name myvault --query id --output tsv)`";
      expect(fix.split(command)).toHaveLength(2);
    }
    expect(fix.split("az role assignment create")).toHaveLength(3);
  });
});

describe("a key that has no certificate in the vault", () => {
  const inVault = { vault: fakeVault(fakeNetwork(), { needs: ["keys sign"] }) };
  const inHsm = { ...inVault, key: { ...KEY, vaultUrl: "https://myhsm.managedhsm.azure.net" } };
  const KEY_OPTIONS = `--name my-cert --version ${VERSION}`;

  test.each<[string, Partial<ServiceFailure>, typeof inHsm | typeof inVault, string]>([
    [
      "disabled",
      { innerCode: "KeyDisabled" },
      inVault,
      `az keyvault key set-attributes --vault-name myvault ${KEY_OPTIONS}`,
    ],
    [
      "disabled, in an HSM",
      { innerCode: "KeyDisabled" },
      inHsm,
      `az keyvault key set-attributes --hsm-name myhsm ${KEY_OPTIONS}`,
    ],
    [
      "not valid yet",
      { innerCode: "KeyNotYetValid" },
      inVault,
      `az keyvault key show --vault-name myvault ${KEY_OPTIONS} --query attributes`,
    ],
    [
      "of another type",
      { status: 400 },
      inHsm,
      `az keyvault key show --hsm-name myhsm ${KEY_OPTIONS} --query key.[kty,crv]`,
    ],
    ["not there", { status: 404 }, inHsm, "az keyvault key list --hsm-name myhsm --query '[].name'"],
    [
      "behind a firewall",
      { innerCode: "ForbiddenByFirewall" },
      inHsm,
      "az keyvault network-rule add --hsm-name myhsm --ip-address",
    ],
    [
      "of another tenant",
      { status: 401 },
      inHsm,
      "az keyvault show --hsm-name myhsm --query properties.tenantId",
    ],
    [
      "that nobody may use, in a vault",
      { innerCode: "AccessDenied", message: CALLER },
      inVault,
      `grant keys sign, all that signing needs: \`az keyvault set-policy --name myvault --object-id ${OBJECT_ID} --key-permissions sign\``,
    ],
    [
      "that nobody may use, by roles",
      { innerCode: "ForbiddenByRbac", message: CALLER },
      inVault,
      'grant the role that signing needs: `az role assignment create --role "Key Vault Crypto User"',
    ],
    [
      "that nobody may use, in an HSM",
      { code: "AccessDenied" },
      inHsm,
      'az keyvault role assignment create --hsm-name myhsm --role "Managed HSM Crypto User" --assignee <object id> --scope /keys/my-cert',
    ],
  ])("%s", (_what, failure, call, command) => {
    expect(fixFor({ code: undefined, ...failure }, call)).toContain(command);
  });
});

describe("the principal in a command", () => {
  test.each([
    [`The user 'appid=1;oid=${OBJECT_ID};iss=x' does not have`, OBJECT_ID],
    [`Caller: appid=1;OID=${OBJECT_ID.toUpperCase()};iss=x`, OBJECT_ID.toUpperCase()],
    ["Caller is not authorized", "<object id>"],
    ["Caller: oid=$(rm -rf /)", "<object id>"],
    ["Caller: void=76a95e18-9029-4754-9a41-24635ecec2f1", "<object id>"],
  ])("of %j is %s", (message, principal) => {
    expect(withInnerCode("ForbiddenByRbac", message)).toContain(`--assignee ${principal} `);
    expect(withInnerCode("AccessDenied", message)).toContain(`--object-id ${principal} `);
  });
});

describe("the address in the firewall's rule", () => {
  test.each([
    [
      "Client address is not authorized and caller is not a trusted service. Client address: 203.0.113.7 Caller: x",
      "203.0.113.7",
    ],
    ["Client address: 2001:db8::7 Caller: x", "2001:db8::7"],
    ["Client address is not authorized", "<address>"],
    ["Client address: $(rm -rf /)", "<address>"],
  ])("of %j is %s", (message, address) => {
    expect(withInnerCode("ForbiddenByFirewall", message)).toEndWith(`--ip-address ${address}\``);
  });
});

describe("a key that may not sign", () => {
  test.each([
    [
      "Operation sign is not allowed on an expired key.",
      "sign with the latest version, if that is a newer one: `az keyvault certificate show --vault-name myvault --name my-cert --query kid`",
    ],
    ["Operation sign is not permitted on this key.", "`az keyvault key set-attributes "],
    ["Operation sign is not allowed on a key that is not valid yet.", "--query attributes`"],
  ])("is told by why: %s", (message, words) => {
    expect(withInnerCode("KeyOperationForbidden", message)).toContain(words);
  });
});

test("a newer version of a key without a certificate in the vault wants a chain of its own", () => {
  const message = "Operation sign is not allowed on an expired key.";
  const vault = fakeVault(fakeNetwork(), { needs: ["keys sign"] });
  expect(withInnerCode("KeyOperationForbidden", message, { vault })).toBe(
    "sign with the latest version, and the chain of its certificate, if that is a newer one: `az keyvault key show --vault-name myvault " +
      "--name my-cert --query key.kid` prints its key identifier; else renew the key, and sign with the new version with the chain of its certificate",
  );
});

test("where no version was named, there is no newer one to sign with", () => {
  const message = "Operation sign is not allowed on an expired key.";
  const fix = withInnerCode("KeyOperationForbidden", message, { key: { ...KEY, version: undefined } });
  expect(fix).toBe("renew the certificate, and sign with the new version");
});

test("a command without a version has no option for it", () => {
  const fix = withInnerCode("KeyDisabled", CALLER, { key: { ...KEY, version: undefined } });
  expect(fix).toContain("--vault-name myvault --name my-cert --enabled true");
});

test("the name of the vault in a command is the first part of its host", () => {
  const key = { ...KEY, vaultUrl: "https://other-vault.vault.azure.cn:8443" };
  expect(fixFor({ status: 404, code: "KeyNotFound" }, { key })).toContain("--vault-name other-vault ");
});
