/** The log file that NOTATION_AZURE_KV_LOG names: what it tells, and what it must never hold. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf, runPlugin } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, expectSigned } from "./signing.ts";

let setup: Setup;
let folder: string;
let keyId: string;
let chain: readonly Uint8Array[];
let privateKeyBase64: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "log-"))]);
  const leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  ({ chain } = leaf);
  privateKeyBase64 = leaf.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  const { privateKey } = leaf;
  const contentType = "application/x-pem-file" as const;
  ({ keyId } = setup.vault.importCertificate({
    name: "signer",
    privateKey,
    certificates: chain,
    contentType,
  }));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

function logTo(
  name: string,
  level?: string,
): { readonly file: string; readonly env: Record<string, string> } {
  const file = join(folder, name);
  const env = {
    ...setup.env,
    NOTATION_AZURE_KV_LOG: file,
    ...(level !== undefined && { AZURE_LOG_LEVEL: level }),
  };
  return { file, env };
}

describe("the log", () => {
  test("tells each request with its status and request id, and a new file is its owner's alone", async () => {
    const { file, env } = logTo("info.log");
    await expectSigned(keyId, "EC-256", chain, { env });
    const text = await readFile(file, "utf8");
    for (const line of [
      / info started: generate-signature\n/,
      / info GET https:\/\/myvault\.vault\.azure\.net\/secrets\/signer\/[0-9a-f]{32}: 200, request id [0-9a-f-]{36}, \d+ ms\n/,
      / info POST https:\/\/login\.microsoftonline\.com\/\S+: 200, /,
      / info credential default: a token for https:\/\/vault\.azure\.net\/\.default\n/,
      / info succeeded\n/,
    ]) {
      expect(text).toMatch(line);
    }
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("tells retries, and the error as it stands on stderr", async () => {
    const { file, env } = logTo("retries.log");
    const stop = setup.emulator.addFault({ host: "myvault.vault.azure.net", kind: "reset", times: 1 });
    const refusal = await refusalOf(["describe-key"], describeRequest(`${setup.vault.url}/keys/unknown`), {
      env,
    });
    stop();
    const text = await readFile(file, "utf8");
    expect(text).toMatch(
      /ECONNRESET: .*\n.* info myvault\.vault\.azure\.net: connection-lost, asking again in \d+ ms \(1\)\n/,
    );
    expect(text).toContain(
      ` error {"errorCode":"${refusal.errorCode}","errorMessage":${JSON.stringify(refusal.errorMessage)}`,
    );
  });

  test("holds no token, no client secret and no private key at any level, on either distribution", async () => {
    const { file, env } = logTo("verbose.log", "verbose");
    for (const plugin of [executable, await bundleOnNode()]) {
      await expectSigned(keyId, "EC-256", chain, { env, plugin });
    }
    const text = await readFile(file, "utf8");
    // What the SDK says is there, so that what is sought could be.
    expect(text).toContain("azure:identity:info EnvironmentCredential");
    expect(text).toContain("AZURE_CLIENT_SECRET");
    const secret = setup.principal.environment["AZURE_CLIENT_SECRET"] ?? "";
    expect(secret.length).toBeGreaterThan(10);
    for (const sought of [
      secret,
      encodeURIComponent(secret),
      "eyJ",
      "PRIVATE KEY",
      privateKeyBase64.slice(40, 80),
    ]) {
      expect(text.includes(sought)).toBe(false);
    }
  });

  test("holds as much as its level says", async () => {
    const sizes = await Promise.all(
      ["error", "info", "verbose"].map(async (level) => {
        const { file, env } = logTo(`${level}.level.log`, level);
        await answerOf("describe-key", describeRequest(keyId), { env });
        return (await stat(file)).size;
      }),
    );
    const [error = 0, info = 0, verbose = 0] = sizes;
    expect(error).toBe(0);
    expect(info).toBeGreaterThan(0);
    expect(verbose).toBeGreaterThan(info);
  });

  test("is added to by each command", async () => {
    const { file, env } = logTo("added.log");
    await writeFile(file, "what was there\n");
    await answerOf("get-plugin-metadata", {}, { env });
    await answerOf("describe-key", describeRequest(keyId), { env });
    const text = await readFile(file, "utf8");
    expect(text).toStartWith("what was there\n");
    expect(text.match(/ info started: .*\n/g)).toHaveLength(2);
  });
});

describe("a log that cannot be written", () => {
  test.each([
    [
      "in a folder that is not there",
      { NOTATION_AZURE_KV_LOG: "/nowhere/x.log" },
      /names \/nowhere\/x\.log, which cannot be opened: ENOENT/,
    ],
    [
      "of a level that is none",
      { NOTATION_AZURE_KV_LOG: "/dev/null", AZURE_LOG_LEVEL: "loud" },
      /AZURE_LOG_LEVEL is "loud"\nFix: set it to one of error, warning, info, verbose/,
    ],
    [
      "that is stdout",
      { NOTATION_AZURE_KV_LOG: "/dev/stdout" },
      /names \/dev\/stdout, which (?:is no file, or is what stdout or stderr lead to|cannot be opened)/,
    ],
    [
      "that is stderr",
      { NOTATION_AZURE_KV_LOG: "/dev/stderr" },
      /names \/dev\/stderr, which (?:is no file, or is what stdout or stderr lead to|cannot be opened)/,
    ],
  ])("%s is told before anything is done", async (_why, env, message) => {
    const refusal = await refusalOf(["describe-key"], describeRequest(keyId), {
      env: { ...setup.env, ...env },
    });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toMatch(message);
  });

  test("to a full disk stops no signature", async () => {
    const env = { ...setup.env, NOTATION_AZURE_KV_LOG: "/dev/full" };
    const run = await runPlugin(["describe-key"], JSON.stringify(describeRequest(keyId)), { env });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

test.each([
  ["stdout, which is a file", "/dev/stdout"],
  ["stderr, which is a file", "/dev/stderr"],
  ["a named pipe that nobody reads", "pipe"],
])("a log to %s, gets nowhere near the answer, and is not waited for", async (_what, log) => {
  const file = resolve(folder, log);
  if (log === "pipe") {
    expect(Bun.spawnSync(["mkfifo", file]).exitCode).toBe(0);
  }
  const line = `echo '{}' | "${executable[0]}" get-plugin-metadata > "${folder}/out" 2> "${folder}/err"`;
  const env = { NOTATION_AZURE_KV_LOG: file };
  const { exitCode } = await runPlugin(["-c", line], "", { plugin: ["bash"], env });
  expect(exitCode).toBe(1);
  expect(await readFile(join(folder, "out"), "utf8")).toBe("");
  const error: unknown = JSON.parse(await readFile(join(folder, "err"), "utf8"));
  expect(error).toMatchObject({
    errorCode: "VALIDATION_ERROR",
    errorMessage: expect.stringContaining(file),
  });
});
