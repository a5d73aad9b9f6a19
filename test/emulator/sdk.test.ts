/** The real Azure SDK against the emulator, under the real host names, in a process of its own. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createCertificateAuthority, issueLeaf } from "../pki/index.ts";
import { runSdk } from "./client.ts";
import {
  type CertificateVersion,
  type Emulator,
  type Principal,
  startEmulator,
  type Vault,
} from "./index.ts";

let emulator: Emulator;
let vault: Vault;
let signer: CertificateVersion;

beforeAll(async () => {
  emulator = await startEmulator();
  vault = emulator.createVault("myvault");
  const issuer = await createCertificateAuthority({ subject: "CN=root" });
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", keySpec: "RSA-2048", issuer });
  signer = vault.importCertificate({ name: "signer", privateKey, certificates: chain });
});
afterAll(async () => await emulator.close());

/** A program that uses the three clients with a credential, and prints what each got, or the error's text. */
function program(credential: string, url = vault.url): string {
  return `
    import * as identity from "@azure/identity";
    import { CertificateClient } from "@azure/keyvault-certificates";
    import { CryptographyClient } from "@azure/keyvault-keys";
    import { SecretClient } from "@azure/keyvault-secrets";
    try {
      const credential = ${credential};
      const certificate = await new CertificateClient("${url}", credential).getCertificate("signer");
      const secret = await new SecretClient("${url}", credential).getSecret("signer");
      const keyId = "${signer.keyId.replace(vault.url, "")}";
      const key = new CryptographyClient("${url}" + keyId, credential);
      const { result } = await key.sign("PS256", new Uint8Array(32));
      console.log(JSON.stringify([certificate.keyId, secret.properties.id, result.length]));
    } catch (error) {
      console.log(error.message);
    }`;
}

const gotAll = () => JSON.stringify([signer.keyId, signer.secretId, 256]);

function grant(principal: Principal): Principal {
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  return principal;
}

describe("a credential of the SDK reads and signs:", () => {
  test.each([
    ["client-secret", "new identity.EnvironmentCredential()"],
    ["client-certificate", "new identity.EnvironmentCredential()"],
    ["federated-token", "new identity.WorkloadIdentityCredential()"],
    ["client-secret", "new identity.DefaultAzureCredential()"],
  ] as const)("%s by %s", async (kind, credential) => {
    const principal = grant(await emulator.createServicePrincipal(kind));
    expect(await runSdk(emulator, principal, program(credential))).toBe(gotAll());
    expect(emulator.log.at(-1)).toMatchObject({ permission: "keys/sign", status: 200, principal });
  });

  test("managed identities, by IMDS and by App Service", async () => {
    const credential = "new identity.ManagedIdentityCredential()";
    const system = grant(emulator.createManagedIdentity("system-assigned"));
    expect(await runSdk(emulator, system, program(credential))).toBe(gotAll());
    expect(emulator.log.at(-1)?.principal).toBe(system);
    // The SDK sends plain http through HTTPS_PROXY too, unless NO_PROXY names the host.
    expect(await runSdk(emulator, system, program(credential), { NO_PROXY: "", no_proxy: "" })).toBe(
      gotAll(),
    );
    for (const host of ["virtual-machine", "app-service"] as const) {
      const user = grant(emulator.createManagedIdentity("user-assigned", host));
      const named = `new identity.ManagedIdentityCredential({ clientId: "${user.appId}" })`;
      expect(await runSdk(emulator, user, program(named))).toBe(gotAll());
      expect(emulator.log.at(-1)?.principal).toBe(user);
    }
  });

  test.each(["vault.azure.cn", "vault.usgovcloudapi.net"])("a national cloud, %s", async (dnsSuffix) => {
    const national = emulator.createVault("national", { dnsSuffix });
    const principal = await emulator.createServicePrincipal("client-secret");
    const hosts = { "vault.azure.cn": "login.chinacloudapi.cn" } as Record<string, string>;
    const authority = { AZURE_AUTHORITY_HOST: `https://${hosts[dnsSuffix] ?? "login.microsoftonline.us"}` };
    const source = program("new identity.EnvironmentCredential()", national.url);
    // Nothing was granted there: the refusal shows that challenge, token and vault agree.
    const said = await runSdk(emulator, principal, source, authority);
    expect(said).toContain("does not have certificates get permission on key vault 'national;");
  });
});

describe("the SDK reports", () => {
  const credential = "new identity.EnvironmentCredential()";
  let principal: Principal;
  beforeAll(async () => {
    principal = grant(await emulator.createServicePrincipal("client-secret"));
  });

  test("a wrong secret", async () => {
    const said = await runSdk(emulator, principal, program(credential), { AZURE_CLIENT_SECRET: "wrong" });
    expect(said).toContain("AADSTS7000215");
  });

  test("a tenant where it is not registered", async () => {
    const source = program("new identity.EnvironmentCredential({ additionallyAllowedTenants: ['*'] })");
    const tenantId = "11111111-2222-4333-8444-555555555555";
    const foreign = emulator.createVault("foreign", { tenantId });
    const said = await runSdk(emulator, principal, source.replaceAll(vault.url, foreign.url));
    expect(said).toContain("AADSTS700016");
  });

  test("a missing vault, through the proxy's refusal", async () => {
    const source = program(credential, "https://missing.vault.azure.net");
    const before = emulator.log.length;
    const retries = source.replaceAll("credential)", "credential, { retryOptions: { maxRetries: 0 } })");
    const said = await runSdk(emulator, principal, retries);
    expect(said).not.toBe(gotAll());
    expect(emulator.log.slice(before)[0]).toMatchObject({ host: "missing.vault.azure.net", status: 502 });
  });

  test("a missing permission", async () => {
    const stranger = await emulator.createServicePrincipal("client-secret");
    const said = await runSdk(emulator, stranger, program(credential));
    expect(said).toContain(`appid=${stranger.appId};oid=${stranger.objectId}`);
  });
});
