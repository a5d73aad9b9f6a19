/** describe-key remembers: what that saves, and that whatever is in the cache spoils no signature. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, expectSigned, signRequest } from "./signing.ts";

let setup: Setup;
let leaf: IssuedCertificate;
let keyId: string;
let cache: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  setup = await createSetup();
  leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  const { privateKey, chain } = leaf;
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
}, 120_000);

afterAll(() => setup.emulator.close());

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "key-specs-"));
  env = { ...setup.env, XDG_CACHE_HOME: cache, NOTATION_AZURE_KV_CACHE: "on" };
});

const folder = (): string => join(cache, "notation-azure-kv", "key-specs");

/** How many requests came while this was done, tunnels among them. */
async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = setup.emulator.log.length;
  await work();
  return setup.emulator.log.length - before;
}

test("the second time there is no request, and no credential is needed", async () => {
  const answer = { keyId, keySpec: "EC-256" };
  for (const plugin of [executable, await bundleOnNode()]) {
    await rm(folder(), { recursive: true, force: true });
    const describe = (environment: Readonly<Record<string, string>>) =>
      answerOf("describe-key", describeRequest(keyId), { env: environment, plugin });
    expect(await requestsOf(async () => expect(await describe(env)).toEqual(answer))).toBe(2);
    const { XDG_CACHE_HOME = "", NOTATION_AZURE_KV_CACHE = "" } = env;
    const bare = { XDG_CACHE_HOME, NOTATION_AZURE_KV_CACHE };
    expect(await requestsOf(async () => expect(await describe(bare)).toEqual(answer))).toBe(0);
    const off = { ...env, NOTATION_AZURE_KV_CACHE: "off" };
    expect(await requestsOf(async () => expect(await describe(off)).toEqual(answer))).toBe(2);
  }
});

test("a key without a version is asked for each time", async () => {
  const latest = describeRequest(keyId.replace(/\/[^/]*$/, ""));
  expect(await requestsOf(() => answerOf("describe-key", latest, { env }))).toBe(2);
  expect(await requestsOf(() => answerOf("describe-key", latest, { env }))).toBe(2);
});

test("a request that is wrong is refused, whatever is remembered", async () => {
  await answerOf("describe-key", describeRequest(keyId), { env });
  const request = describeRequest(keyId, { credential_type: "nobody" });
  const { errorMessage } = await refusalOf(["describe-key"], request, { env });
  expect(errorMessage).toContain("credential_type");
});

test("fifty processes at once all have the right answer, and leave one whole entry", async () => {
  const runs = Array.from({ length: 50 }, () => answerOf("describe-key", describeRequest(keyId), { env }));
  for (const answer of await Promise.all(runs)) {
    expect(answer).toEqual({ keyId, keySpec: "EC-256" });
  }
  const [name = "", ...others] = await readdir(folder());
  expect(others).toEqual([]);
  expect(await readFile(join(folder(), name), "utf8")).toStartWith(`${keyId} EC-256 `);
}, 120_000);

/** An entry as the plugin would have written it, but with a key spec that is not the key's. */
async function forge(keySpec: string): Promise<void> {
  await answerOf("describe-key", describeRequest(keyId), { env });
  const [name = ""] = await readdir(folder());
  const file = join(folder(), name);
  await writeFile(file, `${keyId} ${keySpec} ${(await stat(file, { bigint: true })).ino}\n`);
  expect(await answerOf("describe-key", describeRequest(keyId), { env })).toEqual({ keyId, keySpec });
}

test.each(["EC-384", "RSA-2048"] as const)(
  "a forged %s signs nothing, is forgotten, and the next signing is right",
  async (keySpec) => {
    await forge(keySpec);
    const refusal = await refusalOf(["generate-signature"], signRequest(keyId, keySpec), { env });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toContain("\nFix: sign again: the key spec that was remembered");
    expect(await readdir(folder())).toEqual([]);
    expect(await answerOf("describe-key", describeRequest(keyId), { env })).toEqual({
      keyId,
      keySpec: "EC-256",
    });
    await expectSigned(keyId, "EC-256", leaf.chain, { env });
  },
);

test("another failure forgets nothing", async () => {
  await answerOf("describe-key", describeRequest(keyId), { env });
  const stop = setup.emulator.addFault({ path: /\/sign\?/, kind: "answer", status: 403 });
  await refusalOf(["generate-signature"], signRequest(keyId, "EC-256"), { env });
  stop();
  expect(await readdir(folder())).toHaveLength(1);
});
