/** Variables of the environment that must neither make stderr more than one JSON object nor weaken TLS. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest } from "./signing.ts";

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
      /unable to verify the first certificate\nFix: .*NODE_EXTRA_CA_CERTS/,
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
])("a file of CA certificates that %s is told in one JSON object", async (_what, content, message) => {
  const folder = await mkdtemp(join(tmpdir(), "ca-file-"));
  const file = join(folder, "ca.pem");
  if (content !== undefined) {
    await writeFile(file, content);
  }
  const env = { ...setup.env, NODE_EXTRA_CA_CERTS: file };
  for (const plugin of [executable, await bundleOnNode()]) {
    const refusal = await refusalOf(["describe-key"], describeRequest(keyId), { env, plugin });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toStartWith(
      `the environment variable NODE_EXTRA_CA_CERTS names ${file}, which `,
    );
    expect(refusal.errorMessage).toMatch(message);
    // What does not use TLS does not care.
    expect(await answerOf("get-plugin-metadata", {}, { env, plugin })).toMatchObject({ name: "azure-kv" });
  }
  await rm(folder, { recursive: true });
});
