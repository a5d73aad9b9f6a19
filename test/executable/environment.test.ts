/** Variables of the environment that must neither make stderr more than one JSON object nor weaken TLS. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf, runPlugin } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest } from "./signing.ts";

const LEVELS = 100_000;

let setup: Setup;
let keyId: string;

beforeAll(async () => {
  setup = await createSetup();
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
});

afterAll(() => setup.emulator.close());

test.each([
  ["DEBUG", "*"],
  ["DEBUG", "https-proxy-agent"],
  ["AZURE_LOG_LEVEL", "verbose"],
  ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
  ["NODE_OPTIONS", "--trace-warnings --unhandled-rejections=warn"],
])("%s=%s changes nothing of what is written", async (name, value) => {
  const env = { ...setup.env, [name]: value };
  for (const plugin of [executable, await bundleOnNode()]) {
    // Both hold stderr to the contract: empty on success, one JSON object on failure.
    expect(await answerOf("describe-key", describeRequest(keyId), { env, plugin })).toEqual({
      keyId,
      keySpec: "EC-256",
    });
    const unknown = describeRequest(`${setup.vault.url}/keys/unknown`);
    expect(await refusalOf(["describe-key"], unknown, { env, plugin })).toMatchObject({
      errorCode: "VALIDATION_ERROR",
    });
  }
});

test("a server that is not trusted stays so, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
  const { HTTPS_PROXY = "" } = setup.emulator.environment;
  const env = { HTTPS_PROXY, ...setup.principal.environment, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  for (const plugin of [executable, await bundleOnNode()]) {
    const refusal = await refusalOf(["describe-key"], describeRequest(keyId), { env, plugin });
    expect(refusal.errorMessage).toMatch(
      /not trusted here \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)\nFix: .*NODE_EXTRA_CA_CERTS/,
    );
  }
});

test.each([
  ["is not there", undefined, /cannot be loaded: ENOENT/],
  ["is empty", "", /holds no PEM certificate/],
  [
    "holds something else",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    /cannot be loaded: /,
  ],
])(
  "a file of CA certificates that %s is left out, and told of if something fails",
  async (_what, content, fault) => {
    const folder = await mkdtemp(join(tmpdir(), "ca-file-"));
    const file = join(folder, "ca.pem");
    if (content !== undefined) {
      await writeFile(file, content);
    }
    // The emulator's authority as the system's store: this runtime looks where SSL_CERT_FILE says, Node.js does not.
    const env = { ...setup.env, NODE_EXTRA_CA_CERTS: file };
    expect(await answerOf("describe-key", describeRequest(keyId), { env })).toEqual({
      keyId,
      keySpec: "EC-256",
    });
    const untrusting = Object.fromEntries(Object.entries(env).filter(([name]) => name !== "SSL_CERT_FILE"));
    for (const plugin of [executable, await bundleOnNode()]) {
      const refusal = await refusalOf(["describe-key"], describeRequest(keyId), { env: untrusting, plugin });
      expect(refusal.errorCode).toBe("ERROR");
      expect(refusal.errorMessage).toMatch(/not trusted here/);
      expect(refusal.errorMessage).toContain(`(NODE_EXTRA_CA_CERTS was left out, since ${file} `);
      expect(refusal.errorMessage).toMatch(fault);
      // What does not use TLS does not care.
      expect(await answerOf("get-plugin-metadata", {}, { env, plugin })).toMatchObject({ name: "azure-kv" });
    }
    await rm(folder, { recursive: true });
  },
);

test("a request is passed on as it came where a file of CA certificates is left out", async () => {
  const env = { ...setup.env, NODE_EXTRA_CA_CERTS: "/nowhere/ca.pem" };
  const request = JSON.stringify(describeRequest(keyId));
  // Deeper than what can be written out again.
  const deep = `${"[".repeat(LEVELS)}${"]".repeat(LEVELS)}`;
  const stdin = Buffer.from(`${request.slice(0, -1)}, "of a later contract": ${deep}}`);
  const { exitCode, stdout, stderr } = await runPlugin(["describe-key"], stdin, { env });
  expect(stderr).toBe("");
  expect({ exitCode, answer: JSON.parse(stdout) }).toEqual({
    exitCode: 0,
    answer: { keyId, keySpec: "EC-256" },
  });
});

test("what libraries and the runtime say by the way reaches neither stdout nor stderr", async () => {
  const folder = await mkdtemp(join(tmpdir(), "noise-"));
  const noise = join(folder, "noise.cjs");
  // Loaded before the plugin, it speaks while the plugin waits for the vault, in every way that a library has.
  const says = [
    'console.error("noise"); console.log("noise"); console.warn("noise"); console.table([1]);',
    'process.stderr.write("noise"); process.stdout.write("noise");',
    'process.emitWarning("noise"); process.emitWarning("noise", "DeprecationWarning");',
  ];
  await writeFile(noise, `setTimeout(() => setInterval(() => { ${says.join("\n")} }, 1), 400);\n`);
  const slow = setup.emulator.addFault({
    host: new URL(setup.vault.url).host,
    kind: "delay",
    milliseconds: 800,
  });
  for (const [plugin, variable, option] of [
    [executable, "BUN_OPTIONS", "--preload"],
    [await bundleOnNode(), "NODE_OPTIONS", "--require"],
  ] as const) {
    const log = join(folder, variable);
    const said = { NOTATION_AZURE_KV_LOG: log, AZURE_LOG_LEVEL: "verbose" };
    const env = { ...setup.env, ...said, [variable]: `${option} ${noise}` };
    expect(await answerOf("describe-key", describeRequest(keyId), { env, plugin })).toEqual({
      keyId,
      keySpec: "EC-256",
    });
    const unknown = describeRequest(`${setup.vault.url}/keys/unknown`);
    expect(await refusalOf(["describe-key"], unknown, { env, plugin })).toMatchObject({
      errorCode: "VALIDATION_ERROR",
    });
    // It has spoken, and was heard where it does no harm.
    const heard = await readFile(log, "utf8");
    expect(heard).toMatch(/ verbose noise\n/);
    expect(heard).toMatch(/ verbose stderr: noise\n/);
    expect(heard).toMatch(/ warning DeprecationWarning: noise\n/);
  }
  slow();
  await rm(folder, { recursive: true });
});
