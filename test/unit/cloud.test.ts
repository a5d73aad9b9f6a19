import { describe, expect, test } from "bun:test";
import { authorityHostOf, isManagedHsm } from "../../src/cloud/cloud.ts";

describe("the Entra ID that issues the tokens for a vault", () => {
  test.each([
    ["https://myvault.vault.azure.net", "https://login.microsoftonline.com"],
    ["https://myhsm.managedhsm.azure.net", "https://login.microsoftonline.com"],
    ["https://myvault.vault.azure.cn", "https://login.chinacloudapi.cn"],
    ["https://myhsm.managedhsm.azure.cn", "https://login.chinacloudapi.cn"],
    ["https://myvault.vault.usgovcloudapi.net", "https://login.microsoftonline.us"],
    ["https://myhsm.managedhsm.usgovcloudapi.net", "https://login.microsoftonline.us"],
    ["https://MyVault.Vault.Azure.CN", "https://login.chinacloudapi.cn"],
    ["https://myvault.vault.azure.cn:443", "https://login.chinacloudapi.cn"],
    ["https://myvault.vault.azure.cn:8443", "https://login.chinacloudapi.cn"],
  ])("of %s is %s", (vaultUrl, authorityHost) => {
    expect(authorityHostOf(vaultUrl)).toBe(authorityHost);
  });

  test.each([
    "https://localhost:8443",
    "https://vault.example",
    "https://vault.azure.cn",
    "https://myvault.vault.azure.cn.evil.com",
    "https://myvault.evil-vault.azure.cn",
    "https://evilvault.azure.cn",
    "https://myvault.vault.microsoftazure.de",
  ])("of %s is not known here", (vaultUrl) => {
    expect(authorityHostOf(vaultUrl)).toBeUndefined();
  });
});

test.each([
  ["https://myhsm.managedhsm.azure.net", true],
  ["https://MyHsm.ManagedHsm.Azure.CN", true],
  ["https://myhsm.managedhsm.usgovcloudapi.net", true],
  ["https://myvault.vault.azure.net", false],
  ["https://managedhsm.vault.azure.net", false],
  ["https://myhsm.managedhsm.example.com", false],
])("whether %s is a Managed HSM: %p", (vaultUrl, expected) => {
  expect(isManagedHsm(vaultUrl)).toBe(expected);
});
