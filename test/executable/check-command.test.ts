/** `check` as a command: its arguments, its faults, its end in time, and both of the plugin's distributions. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueLeaf, toPem } from "../pki/index.ts";
import { runCheck } from "./run-check.ts";
import { bundleOnNode, executable, type PluginCommand, runPlugin } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";

let setup: Setup;
let keyId: string;
let folder: string;
let nodeBundle: PluginCommand;

beforeAll(async () => {
  [setup, nodeBundle, folder] = await Promise.all([
    createSetup(),
    bundleOnNode(),
    mkdtemp(join(tmpdir(), "check-command-")),
  ]);
  const { privateKey, chain } = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
  await writeFile(join(folder, "ca.pem"), toPem(...chain.slice(1)));
}, 300_000);

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

describe.each(["the executable", "the bundle on Node 22"])("%s", (distribution) => {
  const options = () => ({
    env: setup.env,
    plugin: distribution === "the executable" ? executable : nodeBundle,
  });

  test("tells what it found, as text and as JSON", async () => {
    const { exitCode, stdout, stderr } = await runPlugin(["check", "--id", keyId], "", options());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /✓ vault +myvault\.vault\.azure\.net, by the proxy \S+, TLS 1\.3 with a certificate by/,
    );
    expect(stdout).toMatch(/✓ Signing works\.\n$/);
    const { report } = await runCheck(keyId, {}, options());
    expect(report).toMatchObject({ signs: true, credential: { source: "environment" } });
    expect(report?.hosts.map(({ tls }) => tls?.version)).toEqual(["TLSv1.3", "TLSv1.3"]);
  });

  test.each([
    ["no key identifier", [], /^Error: check: --id is missing\nFix: use `notation-azure-kv check --id /],
    ["another output", ["--id", "x", "--output", "xml"], /--output "xml" is neither text nor json/],
    ["an unknown option", ["--id", "x", "--root"], /Unknown option '--root'\nFix: /],
    ["no plugin config", ["--id", "x", "--plugin-config", "timeout"], /"timeout" is not <key>=<value>/],
  ])("refuses %s", async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await runPlugin(["check", ...args], "", options());
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("tells how it is used", async () => {
    const { exitCode, stdout } = await runPlugin(["check", "--help"], "", options());
    expect(exitCode).toBe(0);
    expect(stdout).toContain("check --id <key identifier>");
  });
});

describe("what signing refuses before it asks anybody is a problem of the report", () => {
  test.each<[string, string, Readonly<Record<string, string>>, RegExp]>([
    ["a key identifier", "https://myvault.vault.azure.net/secrets/signer", {}, /is a secret's identifier/],
    ["no key identifier", "", {}, /"keyId" is "", expected a text that is not empty/],
    [
      "a credential type",
      "https://myvault.vault.azure.net/keys/signer",
      { credential_type: "x" },
      /is not known/,
    ],
    [
      "options",
      "https://myvault.vault.azure.net/keys/signer",
      { ca_certs: "/missing.pem" },
      /cannot be read/,
    ],
    ["a Managed HSM", "https://myhsm.managedhsm.azure.net/keys/signer", {}, /holds no certificates/],
  ])("%s", async (_what, id, pluginConfig, problem) => {
    const start = setup.emulator.log.length;
    const { exitCode, report } = await runCheck(id, pluginConfig, { env: setup.env });
    expect(exitCode).toBe(1);
    expect(report?.problems).toEqual([
      expect.objectContaining({ errorCode: "VALIDATION_ERROR", problem: expect.stringMatching(problem) }),
    ]);
    expect(setup.emulator.log.length).toBe(start);
  });

  test("and all of it is told at once", async () => {
    const config = { credential_type: "x" };
    const env = { ...setup.env, AZURE_AUTHORITY_HOST: "login.example" };
    const { report } = await runCheck("https://myvault.vault.azure.net/secrets/signer", config, { env });
    expect(report?.problems.map(({ problem }) => problem)).toEqual([
      expect.stringContaining("AZURE_AUTHORITY_HOST"),
      expect.stringContaining("credential_type"),
      expect.stringContaining("is a secret's identifier"),
    ]);
  });

  test.each([
    "https://signer:hunter2hunter2@myvault.vault.azure.net/keys/signer",
    "https://signer:hun/ter2hunter2@myvault.vault.azure.net/keys/signer",
    "https://signer:?hunter2#hunter2@myvault.vault.azure.net/keys/signer",
    "https:/signer:hunter2hunter2@myvault.vault.azure.net/keys/signer",
    "https:\\\\signer:hunter2hunter2@myvault.vault.azure.net/keys/signer",
  ])("and a password that was typed stays untold: %s", async (id) => {
    const log = join(folder, "typed.log");
    for (const args of [[], ["--output", "json"]]) {
      const { exitCode, stdout, stderr } = await runPlugin(["check", "--id", id, ...args], "", {
        env: { ...setup.env, NOTATION_AZURE_KV_LOG: log },
      });
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}${await readFile(log, "utf8")}`).not.toContain("ter2");
    }
  });
});

describe("time", () => {
  test("ends it, and what was found until then is told", async () => {
    const host = new URL(setup.vault.url).host;
    const take = setup.emulator.addFault({ host, path: /^\/secrets\//, kind: "stall" });
    const { exitCode, report } = await runCheck(keyId, { timeout: "2" }, { env: setup.env });
    take();
    expect(exitCode).toBe(1);
    expect(report?.problems).toEqual([
      expect.objectContaining({
        errorCode: "TIMEOUT",
        problem: expect.stringContaining("no result within 2 s: still waiting for an answer of myvault"),
      }),
    ]);
    expect(report?.credential?.granted).toBe(true);
    expect(report?.permissions).toMatchObject([
      { permission: "certificates get", outcome: "granted" },
      { permission: "secrets get", outcome: "unknown", detail: "no answer in time" },
      { permission: "keys sign", outcome: "unknown", detail: "no answer in time" },
    ]);
  });

  test("that a permission takes which is not needed changes nothing", async () => {
    const host = new URL(setup.vault.url).host;
    const take = setup.emulator.addFault({ host, path: /^\/secrets\//, kind: "stall" });
    const pluginConfig = { timeout: "2", ca_certs: join(folder, "ca.pem") };
    const { report } = await runCheck(keyId, pluginConfig, { env: setup.env });
    take();
    expect(report).toMatchObject({ signs: true, problems: [], signature: { verified: true } });
    expect(report?.permissions[1]).toEqual({
      permission: "secrets get",
      needed: false,
      outcome: "unknown",
      detail: "no answer in time",
    });
  });

  test("that this machine has wrong is a warning", async () => {
    setup.emulator.setClockOffset(-1200);
    const { report } = await runCheck(keyId, {}, { env: setup.env });
    setup.emulator.setClockOffset(0);
    expect(report?.warnings).toEqual([
      {
        problem: "this machine's clock is 20 minutes ahead of the service's",
        fix: "set this machine's clock",
      },
    ]);
    expect(report?.signs).toBe(true);
  });
});
