/**
 * What the properties of certificates, PEM, PKCS#12 and challenges try on a network of their own process, with the real
 * programs, the emulator and TLS: hundreds of samples each, since each costs a process. The bundle runs on Node.js, whose
 * parsers of JSON and of X.509 are others than the executable's.
 */
import { afterAll, beforeAll, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { SecretSearch } from "../e2e/private-key-search.ts";
import { bundleOnNode, executable, type PluginCommand, runPlugin } from "../executable/run-plugin.ts";
import { createSetup, type Setup } from "../executable/setup.ts";
import { describeRequest, signRequest } from "../executable/signing.ts";
import { privateKeyToPem, toPem } from "../pki/index.ts";
import { changedAsn1 } from "./asn1-mutation.ts";
import { challengeAnswer } from "./challenge-answers.ts";
import { type CommandName, type Ending, endingOf, nameOf } from "./contract.ts";
import { certificateBundle, type FakeAnswer } from "./fake-vault.ts";
import { createSignedLeaf, type SignedLeaf } from "./found-chain.ts";
import { changedPem } from "./pem-mutation.ts";
import { opensslPkcs12, vaultPkcs12 } from "./pkcs12-files.ts";
import { checkProperty, runsByDefault } from "./property.ts";
import { createSecrets, type KnownSecrets } from "./secrets.ts";
import { isRightlySigned } from "./verification.ts";

const LIMIT_MS = 900_000;
const SAMPLE_LIMIT_MS = 30_000;
const LANES = 4;

/** A sample of a process for so many of the other properties. */
const SAMPLES_PER_PROCESS = { executable: 50, bundle: 100 };

/** From so many samples on, each expected outcome must have come up. */
const TELLING_RUNS = 100;

/** Seconds: an answer that is worth asking again for must not hold up the test. */
const TIMEOUT = "5";

let setup: Setup;
let signed: SignedLeaf;
let secrets: KnownSecrets;
let folder: string;
let names = 0;
const programs = new Map<string, PluginCommand>();

beforeAll(async () => {
  [setup, signed, secrets, folder] = await Promise.all([
    createSetup(),
    createSignedLeaf(),
    createSecrets(),
    mkdtemp(join(tmpdir(), "vault-answers-")),
  ]);
  programs.set("executable", executable).set("bundle", await bundleOnNode());
}, LIMIT_MS);

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

/** Imports the leaf under a name of its own; `secretValue` is the secret in place of the right one. */
function importLeaf(
  contentType: "application/x-pem-file" | "application/x-pkcs12",
  secretValue?: string,
): string {
  names += 1;
  const { privateKey, chain } = signed.leaf;
  const content = {
    privateKey,
    certificates: chain,
    contentType,
    ...(secretValue !== undefined && { secretValue }),
  };
  return setup.vault.importCertificate({ name: `sample-${names}`, ...content }).keyId;
}

async function runWith(
  distribution: string,
  command: CommandName,
  request: object,
  searchIn: SecretSearch,
): Promise<Ending> {
  const plugin = programs.get(distribution) ?? executable;
  const run = await runPlugin([command], JSON.stringify(request), { plugin, env: setup.env });
  return endingOf(command, run, searchIn);
}

/** Signs; what is signed must be right, whatever the certificates came in. */
async function judgeSigning(distribution: string, keyId: string, config: object): Promise<string> {
  const request = signRequest(keyId, "EC-256", { timeout: TIMEOUT, ...config });
  const ending = await runWith(distribution, "generate-signature", request, signed.searchIn);
  const payload = Buffer.from("payload" in request ? String(request.payload) : "", "base64");
  if (ending.kind === "answered" && !isRightlySigned(ending.response, payload, signed.leaf.chain)) {
    throw new Error(`not rightly signed: ${JSON.stringify(ending.response)}`);
  }
  return nameOf(ending);
}

describeEach("PEM secrets", ["answered", "VALIDATION_ERROR"], (distribution) => {
  const { leaf, stranger } = signed;
  const right = [
    `${privateKeyToPem(leaf.privateKey)}${toPem(...leaf.chain)}`,
    toPem(...leaf.chain.toReversed(), stranger),
  ];
  return trial(changedPem(right), (file) =>
    judgeSigning(distribution, importLeaf("application/x-pem-file", Buffer.from(file).toString()), {}),
  );
});

describeEach("files of ca_certs", ["answered", "VALIDATION_ERROR"], (distribution) => {
  const right = [toPem(...signed.leaf.chain.slice(1))];
  return trial(changedPem(right), async (content) => {
    const keyId = importLeaf("application/x-pkcs12");
    const file = join(folder, `${keyId.split("/").at(-2)}.pem`);
    await writeFile(file, content);
    return await judgeSigning(distribution, keyId, { ca_certs: file });
  });
});

describeEach("PKCS#12 secrets", ["ERROR"], async (distribution) => {
  const { leaf } = signed;
  const openssl = await Promise.all(
    (["aes", "tripleDes", "plain"] as const).map((form) => opensslPkcs12(leaf, form)),
  );
  return trial(
    changedAsn1([vaultPkcs12(leaf), ...openssl]).map((file) => file.toString("base64")),
    (value) => judgeSigning(distribution, importLeaf("application/x-pkcs12", value), {}),
  );
});

describeEach("certificates", ["answered", "ERROR"], (distribution) => {
  return trial(changedAsn1([signed.leaf.certificate]), async (der) => {
    const keyId = importLeaf("application/x-pkcs12");
    const cer = Buffer.from(der).toString("base64");
    const path = new RegExp(`^/certificates/${keyId.split("/").at(-2)}/`);
    const rewrite = (body: unknown) => ({ ...(body as object), cer });
    const stop = setup.emulator.addFault({ path, withToken: true, kind: "rewrite", rewrite });
    const request = describeRequest(keyId, { timeout: TIMEOUT });
    const ending = await runWith(distribution, "describe-key", request, signed.searchIn).finally(stop);
    return nameOf(ending);
  });
});

describeEach("challenges", ["ERROR", "ACCESS_DENIED"], (distribution) => {
  const { privateKey, token, password } = secrets;
  const isSendable = ({ status, headers = {} }: FakeAnswer): boolean =>
    status < 600 && Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value));
  const answer = challengeAnswer(certificateBundle(signed.leaf.certificate), [privateKey, token, password]);
  return trial(fc.array(answer.filter(isSendable), { minLength: 1, maxLength: 4 }), async (answers) => {
    const keyId = importLeaf("application/x-pkcs12");
    const path = new RegExp(`^/certificates/${keyId.split("/").at(-2)}/`);
    // What was added later comes first; the last answer stays.
    const stops = answers
      .map((fault, index) => ({ ...fault, ...(index < answers.length - 1 && { times: 1 }) }))
      .toReversed()
      .map((fault) => setup.emulator.addFault({ path, kind: "answer", ...fault }));
    const request = describeRequest(keyId, { timeout: TIMEOUT });
    const ending = await runWith(distribution, "describe-key", request, secrets.searchIn);
    for (const stop of stops) {
      stop();
    }
    return nameOf(ending);
  });
});

interface Trial<Sample> {
  readonly samples: fc.Arbitrary<Sample>;
  readonly judge: (sample: Sample) => Promise<string>;
}

/** The judge's samples are of the arbitrary's type. */
function trial<Sample>(samples: fc.Arbitrary<Sample>, judge: Trial<Sample>["judge"]): Trial<Sample> {
  return { samples, judge };
}

/** A test with each distribution. The trial is made when the certificates are. */
function describeEach<Sample>(
  name: string,
  expected: readonly string[],
  prepare: (distribution: string) => Trial<Sample> | Promise<Trial<Sample>>,
): void {
  test.each(["executable", "bundle"] as const)(
    `${name}: the %s`,
    async (distribution) => {
      const { samples, judge } = await prepare(distribution);
      await checkProperty(`${name}, the ${distribution}`, samples, {
        judge,
        expected,
        limitMs: SAMPLE_LIMIT_MS,
        lanes: LANES,
        tellingRuns: TELLING_RUNS,
        runs: Math.ceil(runsByDefault() / SAMPLES_PER_PROCESS[distribution]),
      });
    },
    LIMIT_MS,
  );
}
