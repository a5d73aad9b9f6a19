/** The plugin under the official Notation CLI: what it must sign, what it must refuse, what it must never show. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { LogEntry } from "../emulator/types.ts";
import { type IssuedCertificate, KEY_SPECS, toPem } from "../pki/index.ts";
import { PLUGIN_VERSION } from "./archive.ts";
import { leafOf, renewLeaf, SIGNING_ALGORITHM, trustOf } from "./hierarchy.ts";
import { type Matrix, openMatrix } from "./matrix.ts";
import { type CaseRequest, MODES } from "./modes.ts";
import { createSecretSearch } from "./private-key-search.ts";
import { REFUSALS } from "./refusals.ts";
import {
  ENVELOPE_MEDIA_TYPE,
  expectNotVerified,
  expectUnsigned,
  expectVerified,
  fingerprintsOf,
  inspectSignature,
  runSign,
  signNewImage,
} from "./signing.ts";
import { CASE_LIMIT_MS, STAGE_LIMIT_MS } from "./stage.ts";
import { flipSignatureBit, replaceEnvelope } from "./tampering.ts";

const FORMATS = ["jws", "cose"] as const;
const CONTENT_TYPES = [
  ["PKCS#12", "application/x-pkcs12"],
  ["PEM", "application/x-pem-file"],
] as const;

let matrix: Matrix;

beforeAll(async () => {
  matrix = await openMatrix();
}, STAGE_LIMIT_MS);

afterAll(() => matrix?.stage.close());

/** Signs a new image, and checks envelope, chain and verification. */
async function signAndVerify(issued: IssuedCertificate, request: CaseRequest) {
  const { stage, vaults } = matrix;
  const image = await signNewImage(stage, { principal: vaults.principal, ...request });
  const signature = await inspectSignature(stage, image);
  expect(signature.mediaType).toBe(ENVELOPE_MEDIA_TYPE[request.format ?? "jws"]);
  expect(signature.fingerprints).toEqual(fingerprintsOf(issued.chain));
  await expectVerified(stage, image, trustOf(issued));
  return { image, signature };
}

test("installed from the archive, listed by notation plugin ls without an error", async () => {
  const { installation, signer } = matrix.stage;
  expect(installation.stdout).toBe(`Successfully installed plugin azure-kv, version ${PLUGIN_VERSION}\n`);
  const { stdout, stderr } = await signer.run(["plugin", "ls"]);
  const [, row, ...more] = stdout.trim().split("\n");
  expect({ more, stderr }).toEqual({ more: [], stderr: "" });
  expect(row).toStartWith("azure-kv ");
  expect(row).toContain(` ${PLUGIN_VERSION} `);
  expect(row).toMatch(/\[SIGNATURE_GENERATOR\.RAW\]\s+<nil>\s*$/);
});

const KEY_CASES = FORMATS.flatMap((format) =>
  KEY_SPECS.flatMap((keySpec) =>
    CONTENT_TYPES.map(([label, contentType]) => ({ format, keySpec, label, contentType })),
  ),
);

test.each(KEY_CASES)(
  "signs $format with $keySpec from $label",
  async ({ format, keySpec, label, contentType }) => {
    const leaf = leafOf(matrix.hierarchy, keySpec);
    const name = `${keySpec}-${format}-${label.replace("#", "")}`;
    const { keyId } = matrix.importInto(matrix.vaults.signing, name, leaf, { contentType });
    const { signature } = await signAndVerify(leaf, { id: keyId, format });
    expect(signature.signatureAlgorithm).toBe(SIGNING_ALGORITHM[keySpec]);
  },
  CASE_LIMIT_MS,
);

test.each([...MODES])(
  "signs: $title",
  async ({ prepare }) => {
    const { issued, ...request } = await prepare(matrix);
    await signAndVerify(issued, request);
  },
  CASE_LIMIT_MS,
);

const RENEWALS = [
  { source: "secret", vault: "signing" },
  { source: "ca_certs", vault: "certificatesOnly" },
] as const;

test.each(RENEWALS)(
  "signs: renewed after any of the vault's answers, certificate and signature match, chain from $source",
  async ({ source, vault: vaultName }) => {
    const { stage, hierarchy, importInto } = matrix;
    const vault = matrix.vaults[vaultName];
    let current = await renewLeaf(hierarchy, "EC-256");
    const bundle = await stage.writeFile("renewal.pem", toPem(...current.chain.slice(1)));
    const pluginConfig: Record<string, string> = source === "ca_certs" ? { ca_certs: bundle } : {};
    const { keyId, version } = importInto(vault, "renewed", current);
    const request = { id: keyId.replace(`/${version}`, ""), pluginConfig };
    const host = new URL(vault.url).host;
    const isAnswer = (entry: LogEntry) => entry.host === host && entry.status === 200;
    const start = stage.emulator.log.length;
    await signAndVerify(current, request);
    const answers = stage.emulator.log.slice(start).filter(isAnswer).length;
    // At least what describe-key reads, what generate-signature reads, and the signing itself.
    expect(answers).toBeGreaterThanOrEqual(3);

    for (let renewedAfter = 1; renewedAfter < answers; renewedAfter++) {
      const previous = current;
      const next = await renewLeaf(hierarchy, "EC-256");
      let seen = 0;
      const stop = stage.emulator.beforeAnswer((entry) => {
        if (isAnswer(entry) && ++seen === renewedAfter) {
          importInto(vault, "renewed", next);
        }
      });
      const { principal } = matrix.vaults;
      const image = await signNewImage(stage, { principal, ...request }).finally(stop);
      await expectVerified(stage, image, trustOf(next));
      const { fingerprints } = await inspectSignature(stage, image);
      const isOld = fingerprints[0] === fingerprintsOf(previous.chain)[0];
      expect(fingerprints).toEqual(fingerprintsOf((isOld ? previous : next).chain));
      const used = isOld ? "old" : "new";
      console.log(`renewed after answer ${renewedAfter} of ${answers}: signed with the ${used} version`);
      current = next;
    }
  },
  CASE_LIMIT_MS,
);

test(
  "control: a signature under another root does not verify",
  async () => {
    const leaf = leafOf(matrix.hierarchy, "RSA-2048");
    const { keyId } = matrix.importInto(matrix.vaults.signing, "other-root", leaf);
    const { image } = await signAndVerify(leaf, { id: keyId });
    const trust = { ...trustOf(leaf), root: matrix.hierarchy.stranger.certificate };
    await expectNotVerified(matrix.stage, image, trust);
  },
  CASE_LIMIT_MS,
);

test(
  "control: a signature with one bit changed does not verify, its unchanged copy does",
  async () => {
    const { stage, hierarchy, vaults, importInto } = matrix;
    const leaf = leafOf(hierarchy, "RSA-2048");
    const { keyId } = importInto(vaults.signing, "changed-bit", leaf);
    const { image } = await signAndVerify(leaf, { id: keyId });
    await replaceEnvelope(stage, image, leaf.chain, (envelope) => envelope);
    await expectVerified(stage, image, trustOf(leaf));
    await replaceEnvelope(stage, image, leaf.chain, flipSignatureBit);
    await expectNotVerified(stage, image, trustOf(leaf));
  },
  CASE_LIMIT_MS,
);

test.each([...REFUSALS])(
  "refuses: $title",
  async ({ prepare }) => {
    const { stage, vaults, hierarchy } = matrix;
    const { wanted, ...request } = await prepare(matrix);
    const image = await stage.pushImage();
    const { exitCode, stderr } = await runSign(stage, image, { principal: vaults.principal, ...request });
    console.log(stderr.trimEnd());
    expect(exitCode).toBe(1);
    expect(stderr).toStartWith("Error: failed to sign with the plugin azure-kv: ");
    for (const words of wanted) {
      expect(stderr).toMatch(words);
    }
    await expectUnsigned(stage, image, trustOf(leafOf(hierarchy, "EC-256")));
  },
  CASE_LIMIT_MS,
);

test(
  "no private key and no client secret in what the matrix printed or the emulator logged",
  async () => {
    const { stage, vaults, privateKeys } = matrix;
    const clientSecret = vaults.principal.environment["AZURE_CLIENT_SECRET"] ?? "";
    const values = await matrix.readSecretValues();
    const pkcs12 = values.filter((value) => !value.startsWith("-----"));
    const search = createSecretSearch({ privateKeys: [...privateKeys], values: [clientSecret, ...pkcs12] });
    // The control first: the search finds every secret where it is, and every key as other tools write it.
    const exponents = [...privateKeys].map((key) => key.export({ format: "jwk" }).d ?? "");
    const inHex = exponents.map((d) => Buffer.from(d, "base64url").toString("hex"));
    for (const secret of [clientSecret, ...values, ...exponents, ...inHex]) {
      expect(search(`{"value":${JSON.stringify(secret)}}`)).toBeGreaterThan(0);
    }

    // A principal's environment, which holds its client secret, is the test's own and was never logged.
    const withoutEnvironment = (key: string, value: unknown) => (key === "environment" ? undefined : value);
    const log = JSON.stringify(stage.emulator.log, withoutEnvironment);
    const output = JSON.stringify(stage.transcript);
    const found = search(log) + search(output);
    console.log(
      `private key material: ${found} occurrences in the output of ${stage.transcript.length} commands and ` +
        `${stage.emulator.log.length} logged requests; ${privateKeys.size} keys and ${values.length} secrets sought`,
    );
    expect(found).toBe(0);
    // It is the last test, so that there is something to look through and to look for.
    for (const count of [
      privateKeys.size,
      values.length,
      stage.transcript.length,
      stage.emulator.log.length,
    ]) {
      expect(count).toBeGreaterThan(10);
    }
  },
  CASE_LIMIT_MS,
);
