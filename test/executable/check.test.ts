/** `check`: what it finds in each mode of signing, and what it makes of arguments. docs/check.md shows how it looks. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import { authorize } from "../emulator/client.ts";
import type { Principal } from "../emulator/types.ts";
import { createSelfSigned, type IssuedCertificate, issueLeaf, toPem } from "../pki/index.ts";
import { runCheck } from "./run-check.ts";
import { createSetup, type Setup } from "./setup.ts";

/** All that signing may need. */
const SIGNER = { keys: ["sign"], secrets: ["get"], certificates: ["get"] } as const;

/** Nobody listens there: the machine that runs this may have a metadata service of its own. */
const NO_METADATA_SERVICE = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:1" };

let setup: Setup;
let folder: string;
let leaf: IssuedCertificate;
let keyId: string;
let selfSignedId: string;
/** May sign and read certificates, and no secrets. */
let reader: Principal;
let readerEnv: Readonly<Record<string, string>>;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "check-"))]);
  const { emulator, vault, intermediate } = setup;
  leaf = await issueLeaf({ subject: "C=US, ST=WA, O=Example, CN=signer", issuer: intermediate });
  const { privateKey, chain } = leaf;
  ({ keyId } = vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
  const alone = await createSelfSigned({ subject: "CN=alone" });
  ({ keyId: selfSignedId } = vault.importCertificate({
    name: "alone",
    privateKey: alone.privateKey,
    certificates: alone.chain,
  }));
  vault.createKey({ name: "bare", privateKey });
  reader = await emulator.createServicePrincipal("client-secret");
  vault.setAccessPolicy(reader, { ...SIGNER, secrets: [] });
  readerEnv = { ...emulator.environment, ...reader.environment };
  await writeFile(join(folder, "ca.pem"), toPem(...chain.slice(1)));
  await writeFile(join(folder, "chain.pem"), toPem(...chain));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

/** The report. Throws where there is none. */
async function reportOf(
  id: string,
  pluginConfig: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = setup.env,
): Promise<CheckReport> {
  const { report, stderr } = await runCheck(id, pluginConfig, { env, cwd: folder });
  if (report === undefined) {
    throw new Error(`no report: ${stderr}`);
  }
  return report;
}

/** Each permission in a few words: `keys sign: granted, needed`. */
function permissionsOf({ permissions }: CheckReport): string[] {
  return permissions.map(
    ({ permission, outcome, needed }) => `${permission}: ${outcome}${needed ? ", needed" : ""}`,
  );
}

describe("permissions that signing does not need are told as such", () => {
  const all = [
    "certificates get: granted, needed",
    "secrets get: granted, needed",
    "keys sign: granted, needed",
  ];
  const withoutSecret = [
    "certificates get: granted, needed",
    "secrets get: denied",
    "keys sign: granted, needed",
  ];

  test.each<[string, () => string, Readonly<Record<string, string>>, boolean, readonly string[]]>([
    ["by the secret", () => keyId, {}, true, all],
    ["ca_certs", () => keyId, { ca_certs: "ca.pem" }, false, withoutSecret],
    ["self_signed=true", () => selfSignedId, { self_signed: "true" }, false, withoutSecret],
    ["a self-signed certificate, unasked", () => selfSignedId, {}, false, withoutSecret],
    [
      "a self-signed certificate with its secret",
      () => selfSignedId,
      {},
      true,
      ["certificates get: granted, needed", "secrets get: granted", "keys sign: granted, needed"],
    ],
    [
      "cert_chain, of a key without a certificate",
      () => `${setup.vault.url}/keys/bare`,
      { cert_chain: "chain.pem" },
      true,
      ["certificates get: granted", "secrets get: granted", "keys sign: granted, needed"],
    ],
  ])("%s", async (_mode, idOf, pluginConfig, secrets, permissions) => {
    const report = await reportOf(idOf(), pluginConfig, secrets ? setup.env : readerEnv);
    expect(permissionsOf(report)).toEqual([...permissions]);
    expect(report).toMatchObject({ signs: true, problems: [], signature: { verified: true } });
  });

  test("a Managed HSM has keys alone", async () => {
    const hsm = setup.emulator.createManagedHsm("myhsm");
    hsm.assignRole(setup.principal, "Managed HSM Crypto User", "/keys/signer");
    const { keyId: id } = hsm.createKey({ name: "signer", privateKey: leaf.privateKey });
    const report = await reportOf(id, { cert_chain: "chain.pem" });
    expect(permissionsOf(report)).toEqual(["keys sign: granted, needed"]);
    expect(report.signs).toBe(true);
  });
});

describe("a key identifier", () => {
  test.each<[string, (id: string) => string]>([
    ["without a version", (id) => id.replace(/\/[^/]+$/, "")],
    ["of the certificate", (id) => id.replace("/keys/", "/certificates/")],
    ["with a slash at the end", (id) => `${id}/`],
  ])("%s signs by the same version", async (_what, change) => {
    const start = setup.emulator.log.length;
    const report = await reportOf(change(keyId));
    expect(report).toMatchObject({ signs: true, keyId: change(keyId) });
    const signed = setup.emulator.log
      .slice(start)
      .filter(({ method, path }) => /sign\?/.test(path) && method);
    expect(signed.map(({ path }) => path.split("/")[3])).toEqual([keyId.split("/").at(-1) ?? ""]);
  });
});

describe("who asks is told by the token", () => {
  const NOBODY = { AZURE_CLIENT_SECRET: "", AZURE_CLIENT_ID: "", AZURE_TENANT_ID: "" };
  const whoIs = ({ appId, objectId }: Principal) => ({
    applicationId: appId,
    objectId,
    tenantId: setup.emulator.tenantId,
    granted: true,
  });

  test("a service principal, by its name and by the default chain", async () => {
    const who = whoIs(setup.principal);
    const named = await reportOf(keyId, { credential_type: "environment" });
    expect(named.credential).toMatchObject({ ...who, credentialType: "environment" });
    expect(named.credential?.source).toBeUndefined();
    const found = await reportOf(keyId);
    expect(found.credential).toMatchObject({ ...who, credentialType: "default", source: "environment" });
  });

  test("a managed identity", async () => {
    const machine = setup.emulator.createManagedIdentity("system-assigned");
    setup.vault.setAccessPolicy(machine, SIGNER);
    const env = { ...setup.emulator.environment, ...NOBODY, ...machine.environment };
    const { credential } = await reportOf(keyId, {}, env);
    expect(credential).toMatchObject({ ...whoIs(machine), credentialType: "default", source: "managedid" });
  });

  test("who is signed in to az, and so reached last", async () => {
    const { Authorization = "" } = await authorize(setup.emulator, setup.principal);
    const accessToken = Authorization.replace("Bearer ", "");
    const answer = JSON.stringify({ accessToken, expires_on: Math.floor(Date.now() / 1000) + 3600 });
    await writeFile(join(folder, "az"), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(join(folder, "az"), 0o755);
    const env = { ...setup.emulator.environment, ...NO_METADATA_SERVICE, PATH: `${folder}:/usr/bin:/bin` };
    const { credential } = await reportOf(keyId, {}, env);
    expect(credential).toMatchObject({ ...whoIs(setup.principal), source: "azurecli" });
  });
});

describe("what a check costs", () => {
  test("is what Azure was asked", async () => {
    const start = setup.emulator.log.length;
    const { usage } = await reportOf(keyId);
    expect(usage.requests).toBe(setup.emulator.log.length - start);
    expect(usage.connections).toBeGreaterThanOrEqual(2);
    // By a proxy three to open a connection, and one a request.
    expect(usage.roundTrips).toBe(usage.requests + 3 * usage.connections);
  });
});
