/** Connections that are opened before there is a request: one that is good is taken once, and any other is not there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { proxyTo } from "../../src/environment/proxy.ts";
import { waysAhead } from "../../src/open-vault/ways-ahead.ts";

const SCRIPT = fileURLToPath(new URL("open-ahead-script.ts", import.meta.url));
const VAULT = "https://myvault.vault.azure.net";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-ahead-"));
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
  const names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"];
  const { exitCode } = Bun.spawnSync(["openssl", ...options.split(" "), ...names], {
    cwd: folder,
    stderr: "ignore",
  });
  expect(exitCode).toBe(0);
});

afterAll(() => rm(folder, { recursive: true }));

/** What the script prints, which trusts the server or does not. */
function open(way: string, trusts = true): string[] {
  const env = {
    PATH: process.env["PATH"] ?? "",
    ...(trusts && { NODE_EXTRA_CA_CERTS: join(folder, "cert.pem") }),
  };
  const { stdout } = Bun.spawnSync([process.execPath, SCRIPT, way, folder], { env });
  return stdout.toString().trim().split("\n");
}

describe("a connection that was opened ahead", () => {
  test.each(["directly", "by the proxy"])("%s is taken, once", (way) => {
    expect(open(way)).toEqual(["HTTP/1.1 204 No Content", "none"]);
  });

  test.each(["ended by the server", "refused by the proxy", "nobody listens"])("%s is not there", (way) => {
    expect(open(way)).toEqual(["none", "none"]);
  });

  test("whose certificate is not trusted is not there", () => {
    expect(open("directly", false)).toEqual(["none", "none"]);
  });
});

describe("the ways ahead", () => {
  const PRINCIPAL = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "s" };
  const hosts = (...options: Parameters<typeof waysAhead>): string[] =>
    waysAhead(...options).map(({ host }) => host);

  test("lead to the vault, for each call", () => {
    expect(hosts(VAULT, "azurecli", 2, PRINCIPAL)).toEqual(Array(2).fill("myvault.vault.azure.net"));
    expect(hosts(VAULT, "managedid", 1, PRINCIPAL)).toEqual(["myvault.vault.azure.net"]);
    expect(hosts(VAULT, undefined, 1, {})).toEqual(["myvault.vault.azure.net"]);
  });

  test.each([
    [VAULT, {}, "login.microsoftonline.com"],
    ["https://myvault.vault.azure.cn", {}, "login.partner.microsoftonline.cn"],
    [VAULT, { AZURE_AUTHORITY_HOST: "https://login.example/" }, "login.example"],
  ])(
    "lead to the Entra ID of %s with %j too, where it is asked for the token",
    (vaultUrl, more, expected) => {
      for (const credentialType of ["environment", "workloadid", undefined] as const) {
        expect(hosts(vaultUrl, credentialType, 1, { ...PRINCIPAL, ...more })[0]).toBe(expected);
      }
    },
  );

  test("are none by a proxy that is itself asked by https", () => {
    expect(waysAhead(VAULT, undefined, 1, { HTTPS_PROXY: "https://proxy:3129" })).toEqual([]);
    expect(waysAhead(VAULT, undefined, 1, { HTTPS_PROXY: "http://proxy:3128" })).toHaveLength(1);
  });
});

describe("the proxy to a host", () => {
  test.each([
    ["a.vault.azure.net", ".vault.azure.net", false],
    ["vault.azure.net", ".vault.azure.net", false],
    ["a.vault.azure.net", "localhost, a.vault.azure.net", false],
    ["a.vault.azure.net", "vault.azure.net", true],
    ["a.vault.azure.net", ",", true],
    ["avault.azure.net", ".vault.azure.net", true],
  ])("to %s with NO_PROXY=%s is used: %p", (host, noProxy, used) => {
    const environment = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: noProxy };
    expect(proxyTo(host, environment) !== undefined).toBe(used);
  });
});
