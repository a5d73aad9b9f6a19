import { describe, expect, test } from "bun:test";
import { parseKeyIdentifier } from "../../src/key-identifier/key-identifier.ts";
import { expectError } from "./expect-error.ts";

const version = "0123456789abcdef0123456789abcdef";
const vaultUrl = "https://myvault.vault.azure.net";

describe("a key identifier", () => {
  const accepted: readonly [string, { vaultUrl: string; name: string; version: string | undefined }][] = [
    [`${vaultUrl}/keys/my-cert/${version}`, { vaultUrl, name: "my-cert", version }],
    [`${vaultUrl}/certificates/my-cert/${version}`, { vaultUrl, name: "my-cert", version }],
    [`${vaultUrl}/keys/my-cert`, { vaultUrl, name: "my-cert", version: undefined }],
    [`${vaultUrl}/certificates/my-cert`, { vaultUrl, name: "my-cert", version: undefined }],
    [`${vaultUrl}/keys/my-cert/`, { vaultUrl, name: "my-cert", version: undefined }],
    [`${vaultUrl}/keys/my-cert/${version}/`, { vaultUrl, name: "my-cert", version }],
    [`${vaultUrl}/keys/my-cert/${version.toUpperCase()}`, { vaultUrl, name: "my-cert", version }],
    ["https://MyVault.Vault.Azure.NET/keys/N", { vaultUrl, name: "N", version: undefined }],
    [
      "https://v.vault.azure.cn/keys/n",
      { vaultUrl: "https://v.vault.azure.cn", name: "n", version: undefined },
    ],
    ["https://localhost:8443/keys/n", { vaultUrl: "https://localhost:8443", name: "n", version: undefined }],
    [`${vaultUrl}:443/keys/n`, { vaultUrl, name: "n", version: undefined }],
  ];
  test.each(accepted)("%s is read", (keyId, expected) => {
    expect(parseKeyIdentifier(keyId)).toEqual(expected);
  });

  const refused: readonly [string, RegExp][] = [
    ["my-cert", /is not a URL/],
    ["http://myvault.vault.azure.net/keys/n", /scheme http, and only https is safe/],
    [`${vaultUrl}/secrets/n/${version}`, /is a secret's identifier/],
    [`${vaultUrl}/n/${version}`, /neither a key's nor a certificate's/],
    [vaultUrl, /neither a key's nor a certificate's/],
    [`${vaultUrl}/keys`, /has no name/],
    [`${vaultUrl}/keys/`, /has no name/],
    [`${vaultUrl}/keys//${version}`, /has no name/],
    [`${vaultUrl}/keys/my_cert`, /the name "my_cert"/],
    [`${vaultUrl}/keys/${"a".repeat(128)}`, /1 to 127/],
    [`${vaultUrl}/keys/n/1234`, /the version "1234"; a version is 32 hexadecimal digits/],
    [`${vaultUrl}/keys/n/${version}/sign`, /something after the version/],
    [`${vaultUrl}/keys/n/${version}//`, /something after the version/],
    [`${vaultUrl}/keys/n?api-version=7.4`, /query/],
    [`${vaultUrl}/keys/n#x`, /fragment/],
    ["https://me:secret@myvault.vault.azure.net/keys/n", /user/],
    [` ${vaultUrl}/keys/n`, /white space/],
    [`${vaultUrl}/keys/../certificates/n\n`, /white space/],
    [`${vaultUrl}/keys/a/../b`, /the version ".."|something after/],
    [`${vaultUrl}/keys/a%2Fb`, /the name "a%2Fb"/],
    ["https:myvault.vault.azure.net/keys/n", /cannot have/],
    [`${vaultUrl}\\keys\\n`, /backslash/],
  ];
  test.each(refused)("%j is refused", async (keyId, reason) => {
    await expectError(
      () => parseKeyIdentifier(keyId),
      "VALIDATION_ERROR",
      reason,
      "\nFix: use https://<vault>.vault.azure.net/keys/<name>/<version>",
    );
  });

  test.each([
    "https://me:p4ssword@myvault.vault.azure.net/keys/n",
    "https://me:p4ss/word@myvault.vault.azure.net/keys/n",
    "https:me:p4ssword@myvault.vault.azure.net/keys/n",
    "https:\\\\me:p4ssword@myvault.vault.azure.net/keys/n",
  ])("with a password is refused without showing it: %s", async (keyId) => {
    await expectError(() => parseKeyIdentifier(keyId), "VALIDATION_ERROR", /^(?!.*p4ss)/s);
  });
});
