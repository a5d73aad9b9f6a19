/** `az` on a busy machine takes long: it may use the whole time budget, and not a second more. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorize } from "../emulator/client.ts";
import { issueLeaf } from "../pki/index.ts";
import { answerOf, bundleOnNode, executable, refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest } from "./signing.ts";

/** Longer than the 10 s that the Azure SDK gives `az` by itself. */
const SLOW_SECONDS = 12;

/** A proxy ends what is idle for longer. */
const TUNNEL_IDLE_MS = 1000;

let setup: Setup;
let folder: string;
let keyId: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([
    createSetup({ tunnelIdleMs: TUNNEL_IDLE_MS }),
    mkdtemp(join(tmpdir(), "slow-az-")),
  ]);
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

/** The environment of a machine whose `az` writes its process id, waits, and prints the principal's token. */
async function machineWithAz(seconds: number): Promise<Record<string, string>> {
  const { Authorization = "" } = await authorize(setup.emulator, setup.principal);
  const accessToken = Authorization.replace(/^Bearer /, "");
  const answer = JSON.stringify({ accessToken, expires_on: Math.floor(Date.now() / 1000) + 3600 });
  await writeFile(join(folder, "answer.json"), answer);
  const script = `#!/bin/sh\necho $$ > '${folder}/pid'\nsleep ${seconds} &\nwait $!\ncat '${folder}/answer.json'\n`;
  await writeFile(join(folder, "az"), script);
  await chmod(join(folder, "az"), 0o755);
  return { ...setup.emulator.environment, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
}

test("an az that is slow is waited for", async () => {
  const env = await machineWithAz(SLOW_SECONDS);
  const request = describeRequest(keyId, { credential_type: "azurecli" });
  expect(await answerOf("describe-key", request, { env })).toEqual({ keyId, keySpec: "EC-256" });
}, 30_000);

test("a connection that was opened ahead, and that the proxy has ended since, is opened again", async () => {
  const env = await machineWithAz((2 * TUNNEL_IDLE_MS) / 1000);
  const request = describeRequest(keyId, { credential_type: "azurecli" });
  for (const plugin of [executable, await bundleOnNode()]) {
    const before = setup.emulator.tunnels.length;
    expect(await answerOf("describe-key", request, { env, plugin })).toEqual({ keyId, keySpec: "EC-256" });
    const { host } = new URL(setup.vault.url);
    expect(setup.emulator.tunnels.slice(before).map((tunnel) => tunnel.host)).toEqual([host, host]);
  }
}, 30_000);

test("an az that never answers ends with the budget, and does not outlive it", async () => {
  const env = await machineWithAz(600);
  const request = describeRequest(keyId, { credential_type: "azurecli", timeout: "2" });
  const refusal = await refusalOf(["describe-key"], request, { env });
  expect(refusal.errorCode).toBe("TIMEOUT");
  expect(refusal.errorMessage).toMatch(
    /^no result within 2 s: still waiting for .*credential_type=azurecli[\s\S]*timeout=<seconds>/,
  );
  const pid = Number(await readFile(join(folder, "pid"), "utf8"));
  await Bun.sleep(100);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
