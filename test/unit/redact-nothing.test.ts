/** `redact` leaves ordinary messages byte for byte as they are: those of the product first of all. */
import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";
import { entraCauseOf } from "../../src/credential/entra-failure.ts";
import { redact } from "../../src/error/redact.ts";
import { gatewayCause } from "../../src/network/gateway.ts";
import { NetworkFailure } from "../../src/network/network-failure.ts";
import { findFix } from "../../src/vault/fix.ts";
import { fakeNetwork, fakeVault, KEY, OBJECT_ID, VAULT_URL } from "./fake-network.ts";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));
const PEERS = [undefined, "http://proxy:3128"].map((proxy) => ({ host: "myvault.vault.azure.net", proxy }));

describe("a fix stays as it is", () => {
  const operations = ["keys sign", "secrets get", "certificates get"] as const;
  const codes = [
    "AccessDenied",
    "ForbiddenByRbac",
    "ForbiddenByFirewall",
    "ForbiddenByConnection",
    "KeyDisabled",
    "KeyOperationForbidden",
    "SecretExpired",
  ];
  const statuses = [400, 401, 404, 408, 429, 500];
  test.each(operations)("of the vault, for %s", (operation) => {
    const message = `Caller: appid=1;oid=${OBJECT_ID};iss=https://sts.windows.net/t/ Client address: 203.0.113.7`;
    const vault = fakeVault(fakeNetwork());
    const failures = [
      ...codes.map((innerCode) => ({ status: 403, code: "Forbidden", innerCode })),
      ...statuses.map((status) => ({ status, code: "Code", innerCode: undefined })),
    ];
    for (const failure of failures) {
      const fix = findFix({
        vault,
        operation,
        key: KEY,
        failure: { ...failure, message, requestId: undefined },
      });
      expect(fix).toBeString();
      expect(redact(fix ?? "", {})).toBe(fix ?? "");
    }
  });

  test.each([7_000_215, 7_000_222, 700_016, 90_002, 700_027, 700_213, 50_076, 500_011, 53_003])(
    "of AADSTS%i",
    (code) => {
      const { fix = "" } = entraCauseOf(`AADSTS${code}`, { vaultUrl: VAULT_URL, clientId: undefined }) ?? {};
      expect(fix).not.toBe("");
      expect(redact(fix, {})).toBe(fix);
    },
  );

  test.each(PEERS)("of the network: %p", (peer) => {
    for (const code of [
      "ENOTFOUND",
      "ECONNREFUSED",
      "ECONNRESET",
      "CERT_HAS_EXPIRED",
      "REDIRECT",
      "INSECURE",
      "OTHER",
    ]) {
      const { message, fix } = new NetworkFailure(code, peer, "other.example");
      expect(redact(`${message}\nFix: ${fix}`, {})).toBe(`${message}\nFix: ${fix}`);
    }
    for (const status of [200, 403, 407, 502]) {
      const { problem, fix } = gatewayCause(status, peer, "Azure Key Vault");
      expect(redact(`${problem}\nFix: ${fix}`, {})).toBe(`${problem}\nFix: ${fix}`);
    }
  });
});

describe("every word of the product stays as it is", async () => {
  // Its own patterns look like what they look for.
  const files = (await Array.fromAsync(new Glob("**/*.ts").scan(SOURCE))).filter(
    (file) => file !== "error/redact.ts",
  );
  test.each(files.sort())("in src/%s", async (file) => {
    const source = await readFile(`${SOURCE}${file}`, "utf8");
    expect(redact(source, {})).toBe(source);
  });
});

describe("an ordinary message stays as it is", () => {
  test.each([
    "",
    "set it to http://<host>:<port> or http://<user>:<password>@<host>:<port>",
    `cannot sign with key "my-cert" in ${VAULT_URL}: 403 ForbiddenByRbac: Caller is not authorized`,
    "the certificates of the secret are encrypted with a password, and a vault's secret has none",
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value",
    "AADSTS700024: Client assertion is not within its valid time range.",
    "AKV10000: Request is missing a Bearer or PoP token.",
    "https://myvault.vault.azure.net:443/keys/n, see https://aka.ms/x@y",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    '{"name":"my-cert","id":"https://myvault.vault.azure.net/secrets/my-cert/0123456789abcdef0123456789abcdef"}',
    "the proxy asks for Basic authentication",
    "the certificate lacks basic constraints",
    "the vault asks for a Bearer authorization",
    'www-authenticate: Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"',
    // What `az` asks a person to run: base64 of {"access_token":…, which is no token.
    "az login --claims-challenge eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ== --scope https://vault.azure.net/.default",
  ])("%j", (message) => {
    expect(redact(message, { AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111" })).toBe(message);
  });
});
