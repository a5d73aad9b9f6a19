/** Which servers the plugin talks to, and by which way: clouds, proxies, the stores of CA certificates. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf, runPlugin } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, expectSigned } from "./signing.ts";

let setup: Setup;

beforeAll(async () => {
  setup = await createSetup();
});

afterAll(() => setup.emulator.close());

/** A vault of another cloud, whose principal may sign. */
async function vaultIn(dnsSuffix: string) {
  const vault = setup.emulator.createVault("cloudvault", { dnsSuffix });
  vault.setAccessPolicy(setup.principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  const { keyId } = vault.importCertificate({ name: "signer", privateKey, certificates: chain });
  return { keyId, chain };
}

describe("the authority", () => {
  test.each([
    ["vault.azure.cn", /^login\.(?:chinacloudapi|partner\.microsoftonline)\.cn$/],
    ["vault.usgovcloudapi.net", /^login\.microsoftonline\.us$/],
  ])("of a vault in %s is its own cloud's", async (dnsSuffix, loginHost) => {
    const { keyId, chain } = await vaultIn(dnsSuffix);
    const before = setup.emulator.log.length;
    await expectSigned(keyId, "EC-256", chain, { env: setup.env });
    const hosts = setup.emulator.log.slice(before).map(({ host }) => host);
    const logins = hosts.filter((host) => host.startsWith("login."));
    expect(logins).not.toBeEmpty();
    for (const host of logins) {
      expect(host).toMatch(loginHost);
    }
  });

  test("is the one that AZURE_AUTHORITY_HOST names, where it names one", async () => {
    const env = { ...setup.env, AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us" };
    const before = setup.emulator.log.length;
    const refusal = await refusalOf(["describe-key"], describeRequest(`${setup.vault.url}/keys/signer`), {
      env,
    });
    expect(refusal.errorCode).toBe("ACCESS_DENIED");
    expect(refusal.errorMessage).toContain("AADSTS500011");
    const hosts = setup.emulator.log.slice(before).map(({ host }) => host);
    expect(hosts.filter((host) => host.startsWith("login."))).toEqual(["login.microsoftonline.us"]);
  });

  test("must be asked with TLS", async () => {
    const env = { ...setup.env, AZURE_AUTHORITY_HOST: "http://login.microsoftonline.com" };
    const refusal = await refusalOf(["describe-key"], describeRequest(`${setup.vault.url}/keys/signer`), {
      env,
    });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toStartWith(
      'the environment variable AZURE_AUTHORITY_HOST is "http://login.microsoftonline.com", which is not an https URL',
    );
  });
});

describe("a proxy", () => {
  test.each(["NO_PROXY", "no_proxy"])("is not asked for what %s lists", async (variable) => {
    // A vault that nobody has, here or in Azure: without the proxy its name cannot be resolved.
    const host = `v${randomBytes(10).toString("hex")}.vault.azure.net`;
    const { HTTPS_PROXY = "", NODE_EXTRA_CA_CERTS = "" } = setup.emulator.environment;
    const env = {
      HTTPS_PROXY,
      NODE_EXTRA_CA_CERTS,
      ...setup.principal.environment,
      [variable]: "localhost, .vault.azure.net",
    };
    const before = setup.emulator.log.length;
    const refusal = await refusalOf(["describe-key"], describeRequest(`https://${host}/keys/x`), { env });
    expect(refusal.errorMessage).toMatch(
      new RegExp(`${host} has no address in DNS|DNS did not answer for ${host}`),
    );
    expect(setup.emulator.log.slice(before).map((entry) => entry.host)).not.toContain(host);
  });

  test("is not asked for a managed identity, whose token is this machine's alone", async () => {
    // Without NO_PROXY, a request to the metadata service would go to the proxy, and be seen in its log.
    const identity = setup.emulator.createManagedIdentity("system-assigned");
    setup.vault.setAccessPolicy(identity, { certificates: ["get"] });
    const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
    const { keyId } = setup.vault.importCertificate({ name: "identity", privateKey, certificates: chain });
    const { HTTPS_PROXY = "", NODE_EXTRA_CA_CERTS = "" } = setup.emulator.environment;
    const env = { HTTPS_PROXY, NODE_EXTRA_CA_CERTS, ...identity.environment };
    const stop = setup.emulator.addFault({
      method: "CONNECT",
      path: /^(?:127\.|169\.)/,
      kind: "answer",
      status: 403,
    });
    const answer = await answerOf("describe-key", describeRequest(keyId, { credential_type: "managedid" }), {
      env,
    });
    stop();
    expect(answer).toEqual({ keyId, keySpec: "EC-256" });
  });
});

/** Where the operating systems of these tests keep the store. */
const SYSTEM_STORE = "/etc/ssl/certs/ca-certificates.crt";

/** Whether a process of its own may see another file in the store's place. */
function canReplaceStore(): boolean {
  const mount = `mount --bind /dev/null ${SYSTEM_STORE}`;
  return Bun.spawnSync(["unshare", "-rm", "sh", "-c", mount], { stderr: "ignore" }).exitCode === 0;
}

describe("the system's store of CA certificates", () => {
  const stored = async () => {
    const { HTTPS_PROXY = "", NODE_EXTRA_CA_CERTS = "" } = setup.emulator.environment;
    const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
    const { keyId } = setup.vault.importCertificate({ name: "store", privateKey, certificates: chain });
    return { keyId, caFile: NODE_EXTRA_CA_CERTS, env: { HTTPS_PROXY, ...setup.principal.environment } };
  };

  test("is trusted by both distributions", async () => {
    if (!canReplaceStore()) {
      console.log("unshare may not mount here: the store is that of SSL_CERT_FILE, for the executable alone");
      const { keyId, caFile, env } = await stored();
      const answer = await answerOf("describe-key", describeRequest(keyId), {
        env: { ...env, SSL_CERT_FILE: caFile },
      });
      expect(answer).toEqual({ keyId, keySpec: "EC-256" });
      return;
    }
    const { keyId, caFile, env } = await stored();
    for (const plugin of [executable, await bundleOnNode()]) {
      const run = (store: string) =>
        runPlugin(
          [
            "-rm",
            "sh",
            "-c",
            `mount --bind "${store}" ${SYSTEM_STORE} && exec "$@"`,
            "sh",
            ...plugin,
            "describe-key",
          ],
          JSON.stringify(describeRequest(keyId)),
          { env, plugin: ["unshare"] },
        );
      expect(await run(caFile)).toMatchObject({ exitCode: 0, stderr: "" });
      // Without the emulator's authority in it, nothing else makes it trusted.
      expect((await run("/dev/null")).stderr).toContain("not trusted here");
    }
  });
});
