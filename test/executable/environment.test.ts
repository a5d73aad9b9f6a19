/** Variables of the environment that must neither make stderr more than one JSON object nor weaken TLS. */
import { afterAll, beforeAll, expect, test } from "bun:test";
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
