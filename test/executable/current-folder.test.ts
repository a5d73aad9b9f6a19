/** What the executable must not read: the folder that it is started in belongs to whoever sent the pull request. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest } from "./signing.ts";

let setup: Setup;
let folder: string;
let keyId: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "current-folder-"))]);
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

test("a .env or bunfig.toml in the current folder is not read", async () => {
  const evil = "HTTPS_PROXY=http://127.0.0.1:1\nhttps_proxy=http://127.0.0.1:1\nAZURE_TENANT_ID=evil\n";
  await Promise.all([
    ...[".env", ".env.local", ".env.production"].map((name) => writeFile(join(folder, name), evil)),
    writeFile(join(folder, "bunfig.toml"), 'preload = ["./preload.js"]\n'),
    writeFile(join(folder, "preload.js"), 'console.log("preloaded");process.exit(7)\n'),
  ]);
  const { HTTPS_PROXY = "", NODE_EXTRA_CA_CERTS = "" } = setup.emulator.environment;
  // https_proxy and the tenant are left to the file: were it read, the call would fail or the credential change.
  const { AZURE_TENANT_ID, ...principal } = setup.principal.environment;
  const env = { HTTPS_PROXY, NODE_EXTRA_CA_CERTS, ...principal };
  const refusal = await refusalOf(
    ["describe-key"],
    describeRequest(keyId, { credential_type: "environment" }),
    {
      env,
      cwd: folder,
    },
  );
  expect(refusal.errorMessage).toContain(": AZURE_TENANT_ID is not set\n");
  const withTenant = { env: { ...env, AZURE_TENANT_ID: AZURE_TENANT_ID ?? "" }, cwd: folder };
  expect(await answerOf("describe-key", describeRequest(keyId), withTenant)).toEqual({
    keyId,
    keySpec: "EC-256",
  });
});
