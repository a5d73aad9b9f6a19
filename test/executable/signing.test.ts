import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CertificateVersion } from "../emulator/index.ts";
import {
  createSelfSigned,
  type IssuedCertificate,
  issueLeaf,
  KEY_SPECS,
  type KeySpec,
  toPem,
} from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, type PluginCommand, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, expectSigned, known, signRequest } from "./signing.ts";

let setup: Setup;
let nodeBundle: PluginCommand;
let folder: string;
const leaves = new Map<KeySpec, IssuedCertificate>();
const versions = new Map<KeySpec, CertificateVersion>();

beforeAll(async () => {
  [setup, nodeBundle, folder] = await Promise.all([
    createSetup(),
    bundleOnNode(),
    mkdtemp(join(tmpdir(), "signing-")),
  ]);
  const { intermediate, vault } = setup;
  await Promise.all(
    KEY_SPECS.map(async (keySpec) => {
      const leaf = await issueLeaf({
        subject: `C=US, ST=WA, O=Example, CN=${keySpec}`,
        issuer: intermediate,
        keySpec,
      });
      leaves.set(keySpec, leaf);
      const { privateKey, chain } = leaf;
      versions.set(
        keySpec,
        vault.importCertificate({ name: `of-${keySpec}`, privateKey, certificates: chain }),
      );
    }),
  );
}, 300_000);

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

describe.each([...KEY_SPECS])("%s", (keySpec) => {
  test.each(["the executable", "the bundle on Node 22"])(
    "is described and signs: %s",
    async (distribution) => {
      const plugin = distribution === "the executable" ? executable : nodeBundle;
      const { keyId } = known(versions, keySpec);
      const request = describeRequest(keyId);
      expect(await answerOf("describe-key", request, { env: setup.env, plugin })).toEqual({ keyId, keySpec });
      await expectSigned(keyId, keySpec, known(leaves, keySpec).chain, { env: setup.env, plugin });
    },
  );
});

describe("the key identifier", () => {
  test.each([
    ["a certificate's", ({ certificateId }: CertificateVersion) => certificateId],
    ["without a version", ({ keyId }: CertificateVersion) => keyId.replace(/\/[^/]+$/, "")],
    [
      "without a version, with a trailing slash",
      ({ keyId }: CertificateVersion) => keyId.replace(/[^/]+$/, ""),
    ],
    ["with a trailing slash", ({ keyId }: CertificateVersion) => `${keyId}/`],
    [
      "a certificate's without a version",
      ({ certificateId }: CertificateVersion) => certificateId.replace(/\/[^/]+$/, ""),
    ],
    ["in upper case", ({ keyId }: CertificateVersion) => keyId.replace("https://myvault", "HTTPS://MyVault")],
  ])("%s is echoed byte for byte", async (_form, idOf) => {
    const keyId = idOf(known(versions, "EC-256"));
    const described = await answerOf("describe-key", describeRequest(keyId), { env: setup.env });
    expect(described).toEqual({ keyId, keySpec: "EC-256" });
    await expectSigned(keyId, "EC-256", known(leaves, "EC-256").chain, { env: setup.env });
  });

  test("without a version signs with the version of the certificates, renewed in between or not", async () => {
    const { vault, emulator, intermediate } = setup;
    const [first, second] = await Promise.all(
      ["CN=first", "CN=second"].map((subject) => issueLeaf({ subject, issuer: intermediate })),
    );
    if (first === undefined || second === undefined) {
      throw new Error("no leaves");
    }
    const add = (leaf: IssuedCertificate) =>
      vault.importCertificate({ name: "renewed", privateKey: leaf.privateKey, certificates: leaf.chain });
    const { version } = add(first);
    const stop = emulator.beforeAnswer(({ path, status }) => {
      if (path.startsWith("/secrets/renewed") && status === 200) {
        add(second);
        stop();
      }
    });
    await expectSigned(`${vault.url}/keys/renewed`, "EC-256", first.chain, { env: setup.env });
    const { path } = emulator.log.at(-1) ?? {};
    expect(path).toStartWith(`/keys/renewed/${version}/sign`);
    await expectSigned(`${vault.url}/keys/renewed`, "EC-256", second.chain, { env: setup.env });
  });
});

describe("the calls", () => {
  test("are those that the guide's permissions allow, and no others", async () => {
    const { emulator } = setup;
    const before = emulator.log.length;
    const { keyId } = known(versions, "EC-384");
    await answerOf("describe-key", describeRequest(keyId), { env: setup.env });
    await expectSigned(keyId, "EC-384", known(leaves, "EC-384").chain, { env: setup.env });
    const calls = emulator.log.slice(before).filter(({ status, permission }) => status === 200 && permission);
    expect(calls.map(({ permission }) => permission).sort()).toEqual([
      "certificates/get",
      "keys/sign",
      "secrets/get",
    ]);
    expect(emulator.log.slice(before).filter(({ status }) => status === 403)).toEqual([]);
  });

  test("with ca_certs, and of a self-signed certificate, need no permission on secrets", async () => {
    const { emulator, vault } = setup;
    const principal = await emulator.createServicePrincipal("client-secret");
    vault.setAccessPolicy(principal, { keys: ["sign"], certificates: ["get"] });
    const env = { ...emulator.environment, ...principal.environment };
    const { chain } = known(leaves, "EC-256");
    const file = join(folder, "ca bundle.pem");
    await writeFile(file, `# roots last\n${toPem(...chain.slice(1))}`);
    const config = { ca_certs: file };
    await expectSigned(known(versions, "EC-256").keyId, "EC-256", chain, { pluginConfig: config, env });

    const alone = await createSelfSigned({ subject: "CN=alone" });
    const { privateKey } = alone;
    const { keyId } = vault.importCertificate({ name: "alone", privateKey, certificates: alone.chain });
    await expectSigned(keyId, "EC-256", alone.chain, { pluginConfig: { self_signed: "true" }, env });
    await expectSigned(keyId, "EC-256", alone.chain, { env });
    const issued = signRequest(known(versions, "EC-256").keyId, "EC-256");
    const refusal = await refusalOf(["generate-signature"], issued, { env });
    expect(refusal).toMatchObject({
      errorCode: "ACCESS_DENIED",
      errorMessage: expect.stringMatching(
        /does not have secrets get permission[\s\S]*--secret-permissions get[\s\S]*do without the secret: put the certificates of "C=US, O=Example, CN=Example Issuing"[\s\S]*ca_certs=<file>/,
      ),
    });
    expect(String(refusal.errorMessage)).not.toContain("self_signed");
  });
});

describe("nothing wrong is returned", () => {
  test("when the key is not the certificate's", async () => {
    const { vault, intermediate } = setup;
    const [keyOwner, other] = await Promise.all([
      issueLeaf({ subject: "CN=owner of the key", issuer: intermediate }),
      issueLeaf({ subject: "CN=another", issuer: intermediate }),
    ]);
    const { keyId } = vault.importCertificate({
      name: "mismatch",
      privateKey: keyOwner.privateKey,
      certificates: keyOwner.chain,
      contentType: "application/x-pem-file",
      secretValue: toPem(...other.chain),
    });
    const refusal = await refusalOf(["generate-signature"], signRequest(keyId, "EC-256"), { env: setup.env });
    expect(refusal.errorCode).toBe("ERROR");
    expect(refusal.errorMessage).toMatch(
      /does not verify with certificate "CN=another": key and certificate do not belong/,
    );
  });

  test("when the request's key spec is not the certificate's", async () => {
    const { keyId } = known(versions, "RSA-2048");
    const refusal = await refusalOf(["generate-signature"], signRequest(keyId, "RSA-3072"), {
      env: setup.env,
    });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toMatch(
      /the request says keySpec RSA-3072, but the key of .*CN=RSA-2048" is RSA-2048/,
    );
  });

  test("when the hash algorithm does not go with the key spec", async () => {
    const request = { ...signRequest(known(versions, "EC-256").keyId, "EC-256"), hashAlgorithm: "SHA-512" };
    const refusal = await refusalOf(["generate-signature"], request, { env: setup.env });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toContain("keySpec EC-256 goes with hashAlgorithm SHA-256");
  });
});
