/** `cert_chain`: leaf, intermediates and root from a file, for keys that have no certificate in the vault. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ManagedHsm } from "../emulator/types.ts";
import { createSelfSigned, type IssuedCertificate, issueLeaf, type KeySpec, toPem } from "../pki/index.ts";
import { answerOf, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, expectSigned, signRequest } from "./signing.ts";

let setup: Setup;
let hsm: ManagedHsm;
let folder: string;
let leaf: IssuedCertificate;
let chainFile: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "cert chain "))]);
  leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  chainFile = await writeChain(leaf.chain);
  hsm = setup.emulator.createManagedHsm("myhsm");
  hsm.assignRole(setup.principal, "Managed HSM Crypto User", "/keys/signer");
  hsm.createKey({ name: "signer", privateKey: leaf.privateKey });
  const { principal, vault } = setup;
  vault.setAccessPolicy(principal, { keys: ["sign"] });
  vault.createKey({ name: "signer", privateKey: leaf.privateKey });
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

async function writeChain(chain: readonly Uint8Array[]): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.pem`);
  await writeFile(file, toPem(...chain));
  return file;
}

/** What was asked for since the call: method, host and path without its query. */
function requestsFrom(start: number): string[] {
  return setup.emulator.log
    .slice(start)
    .map(({ method, host, path, status }) => `${method} ${host}${path.replace(/\?.*/, "")} ${status}`);
}

describe.each(["vault.azure.net", "managedhsm.azure.net"] as const)(
  "a key without a certificate in %s",
  (suffix) => {
    const host = suffix === "vault.azure.net" ? `myvault.${suffix}` : `myhsm.${suffix}`;
    const withoutVersion = `https://${host}/keys/signer`;

    test("is described without any call", async () => {
      const start = setup.emulator.log.length;
      const request = describeRequest(withoutVersion, { cert_chain: chainFile });
      expect(await answerOf("describe-key", request, { env: setup.env })).toEqual({
        keyId: withoutVersion,
        keySpec: "EC-256",
      });
      expect(requestsFrom(start)).toEqual([]);
    });

    test.each(["a version", "no version"])(
      "signs by an identifier with %s, and the vault is asked for the signature alone",
      async (what) => {
        const { keyId } =
          suffix === "vault.azure.net"
            ? setup.vault.createKey({ name: "signer", privateKey: leaf.privateKey })
            : hsm.createKey({ name: "signer", privateKey: leaf.privateKey });
        const start = setup.emulator.log.length;
        await expectSigned(what === "a version" ? keyId : withoutVersion, "EC-256", leaf.chain, {
          env: setup.env,
          pluginConfig: { cert_chain: chainFile },
        });
        const asked = requestsFrom(start).filter((line) => line.includes(host));
        expect(asked).toEqual([expect.stringMatching(/^POST \S+\/keys\/signer\/\S*\/?sign 200$/)]);
      },
    );
  },
);

describe("a chain that does not fit is told", () => {
  const KEY = "https://myhsm.managedhsm.azure.net/keys/signer";

  test("of another key", async () => {
    const other = await issueLeaf({ subject: "CN=other", issuer: setup.intermediate });
    const file = await writeChain(other.chain);
    const request = signRequest(KEY, "EC-256", { cert_chain: file });
    expect(await refusalOf(["generate-signature"], request, { env: setup.env })).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringMatching(
        /^cert_chain file .* is not the chain of this key: .*its leaf "CN=other"[\s\S]*Fix: give the chain/,
      ),
    });
  });

  test.each<[string, () => Promise<readonly Uint8Array[]>, RegExp]>([
    ["the root is missing", async () => leaf.chain.slice(0, -1), /is incomplete: .*CN=Example Root/],
    [
      "the leaf is none",
      async () => leaf.chain.slice(1),
      /leaf "C=US, O=Example, CN=Example Issuing" does not meet .*:\n- it is a CA certificate.*\n- its key usage is keyCertSign, cRLSign/,
    ],
    [
      "two leaves with keys of their own",
      async () => [
        ...leaf.chain,
        (await createSelfSigned({ subject: "CN=rsa", keySpec: "RSA-2048" as KeySpec })).certificate,
      ],
      /holds 2 leaves whose keys differ: "CN=signer" \(EC-256\), "CN=rsa" \(RSA-2048\)/,
    ],
  ])("by describe-key already, where %s", async (_what, chain, message) => {
    const request = describeRequest(KEY, { cert_chain: await writeChain(await chain()) });
    expect(await refusalOf(["describe-key"], request, { env: setup.env })).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringMatching(message),
    });
  });
});

describe("a Managed HSM", () => {
  const KEY = "https://myhsm.managedhsm.azure.net/keys/signer";

  test.each([{}, { self_signed: "true" }, { ca_certs: "ca.pem" }])(
    "holds no certificates: plugin config %j",
    async (pluginConfig) => {
      for (const [command, request] of [
        ["describe-key", describeRequest(KEY, pluginConfig)],
        ["generate-signature", signRequest(KEY, "EC-256", pluginConfig)],
      ] as const) {
        const start = setup.emulator.log.length;
        expect(await refusalOf([command], request, { env: setup.env })).toMatchObject({
          errorCode: "VALIDATION_ERROR",
          errorMessage: expect.stringMatching(
            /Managed HSM, which holds no certificates\nFix: .*cert_chain=<file>/,
          ),
        });
        expect(requestsFrom(start)).toEqual([]);
      }
    },
  );

  test("says which role to grant, in the HSM itself", async () => {
    hsm.createKey({ name: "closed", privateKey: leaf.privateKey });
    const request = signRequest("https://myhsm.managedhsm.azure.net/keys/closed", "EC-256", {
      cert_chain: chainFile,
    });
    expect(await refusalOf(["generate-signature"], request, { env: setup.env })).toMatchObject({
      errorCode: "ACCESS_DENIED",
      errorMessage: expect.stringMatching(
        /AccessDenied: Not authorized[\s\S]*Fix: .*`az keyvault role assignment create --hsm-name myhsm --role "Managed HSM Crypto User" --assignee \S+(?: id>)? --scope \/keys\/closed`/,
      ),
    });
  });

  test("that has no such key is asked by the commands for keys", async () => {
    hsm.assignRole(setup.principal, "Managed HSM Crypto User", "/keys");
    const request = signRequest("https://myhsm.managedhsm.azure.net/keys/none", "EC-256", {
      cert_chain: chainFile,
    });
    expect(await refusalOf(["generate-signature"], request, { env: setup.env })).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringContaining("`az keyvault key list --hsm-name myhsm --query '[].name'`"),
    });
  });
});
