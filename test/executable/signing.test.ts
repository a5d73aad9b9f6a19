import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { constants, verify, X509Certificate } from "node:crypto";
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

const algorithms = {
  "RSA-2048": ["SHA-256", "RSASSA-PSS-SHA-256"],
  "RSA-3072": ["SHA-384", "RSASSA-PSS-SHA-384"],
  "RSA-4096": ["SHA-512", "RSASSA-PSS-SHA-512"],
  "EC-256": ["SHA-256", "ECDSA-SHA-256"],
  "EC-384": ["SHA-384", "ECDSA-SHA-384"],
  "EC-521": ["SHA-512", "ECDSA-SHA-512"],
} as const;
const payload = Buffer.from("what is signed, with an umlaut: ü");

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

function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) {
    throw new Error(`there is no ${String(key)}`);
  }
  return value;
}

const describeRequest = (keyId: string, pluginConfig = {}) => ({
  contractVersion: "1.0",
  keyId,
  pluginConfig,
});
const signRequest = (keyId: string, keySpec: KeySpec, pluginConfig = {}) => ({
  ...describeRequest(keyId, pluginConfig),
  keySpec,
  hashAlgorithm: algorithms[keySpec][0],
  payload: payload.toString("base64"),
});

interface Signed {
  readonly keyId: string;
  readonly signature: string;
  readonly signingAlgorithm: string;
  readonly certificateChain: readonly string[];
}

/** Signs, and holds the answer to the contract: key id, algorithm, chain, and a signature that verifies. */
async function expectSigned(
  keyId: string,
  keySpec: KeySpec,
  chain: readonly Uint8Array[],
  { pluginConfig = {}, plugin = executable, env = setup.env } = {},
): Promise<void> {
  const answer = await answerOf("generate-signature", signRequest(keyId, keySpec, pluginConfig), {
    env,
    plugin,
  });
  const { signature, certificateChain, ...rest } = answer as Signed;
  expect(rest).toEqual({ keyId, signingAlgorithm: algorithms[keySpec][1] });
  expect(certificateChain).toEqual(chain.map((der) => Buffer.from(der).toString("base64")));
  const leaf = new X509Certificate(Buffer.from(certificateChain[0] ?? "", "base64"));
  const hash = algorithms[keySpec][0].replace("-", "").toLowerCase();
  const scheme = keySpec.startsWith("RSA")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: "ieee-p1363" as const };
  expect(verify(hash, payload, { key: leaf.publicKey, ...scheme }, Buffer.from(signature, "base64"))).toBe(
    true,
  );
}

describe.each([...KEY_SPECS])("%s", (keySpec) => {
  test.each(["the executable", "the bundle on Node 22"])(
    "is described and signs: %s",
    async (distribution) => {
      const plugin = distribution === "the executable" ? executable : nodeBundle;
      const { keyId } = known(versions, keySpec);
      const request = describeRequest(keyId);
      expect(await answerOf("describe-key", request, { env: setup.env, plugin })).toEqual({ keyId, keySpec });
      await expectSigned(keyId, keySpec, known(leaves, keySpec).chain, { plugin });
    },
  );
});

describe("the key id", () => {
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
    await expectSigned(keyId, "EC-256", known(leaves, "EC-256").chain);
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
    await expectSigned(`${vault.url}/keys/renewed`, "EC-256", first.chain);
    const { path } = emulator.log.at(-1) ?? {};
    expect(path).toStartWith(`/keys/renewed/${version}/sign`);
    await expectSigned(`${vault.url}/keys/renewed`, "EC-256", second.chain);
  });
});

describe("the calls", () => {
  test("are those that the guide's permissions allow, and no others", async () => {
    const { emulator } = setup;
    const before = emulator.log.length;
    const { keyId } = known(versions, "EC-384");
    await answerOf("describe-key", describeRequest(keyId), { env: setup.env });
    await expectSigned(keyId, "EC-384", known(leaves, "EC-384").chain);
    const calls = emulator.log.slice(before).filter(({ status, permission }) => status === 200 && permission);
    expect(calls.map(({ permission }) => permission).sort()).toEqual([
      "certificates/get",
      "keys/sign",
      "secrets/get",
    ]);
    expect(emulator.log.slice(before).filter(({ status }) => status === 403)).toEqual([]);
  });

  test("with ca_certs and self_signed need no permission on secrets", async () => {
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
    const refusal = await refusalOf(["generate-signature"], signRequest(keyId, "EC-256"), { env });
    expect(refusal).toMatchObject({
      errorCode: "ACCESS_DENIED",
      errorMessage: expect.stringMatching(
        /does not have secrets get permission[\s\S]*--secret-permissions get[\s\S]*ca_certs/,
      ),
    });
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

test("a .env or bunfig.toml in the current folder is not read", async () => {
  const evil = "HTTPS_PROXY=http://127.0.0.1:1\nhttps_proxy=http://127.0.0.1:1\nAZURE_TENANT_ID=evil\n";
  await Promise.all([
    ...[".env", ".env.local", ".env.production"].map((name) => writeFile(join(folder, name), evil)),
    writeFile(join(folder, "bunfig.toml"), 'preload = ["./preload.js"]\n'),
    writeFile(join(folder, "preload.js"), 'console.log("preloaded");process.exit(7)\n'),
    writeFile(join(folder, "package.json"), '{"type":"module","imports":{"#x":"./preload.js"}}\n'),
    writeFile(join(folder, "tsconfig.json"), '{"compilerOptions":{"paths":{"*":["./preload.js"]}}}\n'),
  ]);
  const { keyId } = known(versions, "EC-256");
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
  expect(refusal.errorMessage).toContain("set AZURE_TENANT_ID");
  expect(refusal.errorMessage).not.toContain("evil");
  const withTenant = { env: { ...env, AZURE_TENANT_ID: AZURE_TENANT_ID ?? "" }, cwd: folder };
  expect(await answerOf("describe-key", describeRequest(keyId), withTenant)).toEqual({
    keyId,
    keySpec: "EC-256",
  });
});
