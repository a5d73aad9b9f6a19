/** `certs`: the chain of a key as PEM, for people. */
import "reflect-metadata";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { certificatesInPem } from "../../src/certificate/pem.ts";
import {
  type CertificateAuthority,
  createSelfSigned,
  generatePrivateKey,
  signCertificate,
  toPem,
} from "../pki/index.ts";
import { bundleOnNode, type PluginRun, runPlugin } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { expectSigned, signRequest } from "./signing.ts";

const ISSUER_ADDRESS = "http://ca.example/issuing.crt";
const ROOT_ADDRESS = "http://ca.example/root.p7c";

let setup: Setup;
let folder: string;
/** Leaf, intermediate, root; the first two say where their issuer can be had. */
let chain: readonly [Uint8Array, Uint8Array, Uint8Array];
let wholeId: string;
let leafOnlyId: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "certs-"))]);
  const { root, intermediate, vault } = setup;
  const issuing: CertificateAuthority = { ...intermediate };
  const issuingCertificate = await signCertificate(
    {
      subject: issuing.subject,
      subjectKey: issuing.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        caIssuers(ROOT_ADDRESS),
      ],
    },
    root,
  );
  const privateKey = await generatePrivateKey("EC-256");
  const leaf = await signCertificate(
    {
      subject: "CN=signer",
      subjectKey: privateKey,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        caIssuers(ISSUER_ADDRESS),
      ],
    },
    { certificate: issuingCertificate, privateKey: issuing.privateKey },
  );
  chain = [leaf, issuingCertificate, root.certificate];
  ({ keyId: wholeId } = vault.importCertificate({
    name: "whole",
    privateKey,
    certificates: [...chain].reverse(),
    leaf,
  }));
  ({ keyId: leafOnlyId } = vault.importCertificate({ name: "leaf-only", privateKey, certificates: [leaf] }));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

function caIssuers(url: string): x509.Extension {
  return new x509.AuthorityInfoAccessExtension({ caIssuers: [new x509.GeneralName("url", url)] });
}

function certs(id: string, ...args: readonly string[]): Promise<PluginRun> {
  return runPlugin(["certs", "--id", id, ...args], "", { env: setup.env, cwd: folder });
}

/** The certificates that were printed, DER. */
function printed({ exitCode, stdout, stderr }: PluginRun): Uint8Array[] {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return certificatesInPem(stdout).map((der) => new Uint8Array(der));
}

/** The error, as a person reads it. */
function told({ exitCode, stdout, stderr }: PluginRun): string {
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toStartWith("Error: ");
  return stderr;
}

describe("the chain is printed, leaf to root", () => {
  test("from the secret, with names and dates", async () => {
    const run = await certs(wholeId);
    expect(printed(run)).toEqual([...chain]);
    expect(run.stdout).toMatch(
      /^# subject: CN=signer\n# issuer: .*CN=Example Issuing\n# valid: \S+Z to \S+Z\n-----BEGIN/,
    );
  });

  test("without a version", async () => {
    expect(printed(await certs(wholeId.replace(/\/[^/]+$/, "")))).toEqual([...chain]);
  });

  test("the root alone", async () => {
    expect(printed(await certs(wholeId, "--root"))).toEqual([chain[2]]);
  });

  test("with ca_certs", async () => {
    await writeFile(join(folder, "ca.pem"), toPem(chain[2], chain[1]));
    expect(printed(await certs(leafOnlyId, "--plugin-config", "ca_certs=ca.pem"))).toEqual([...chain]);
  });

  test("with cert_chain", async () => {
    await writeFile(join(folder, "chain.pem"), toPem(chain[2], chain[0], chain[1]));
    const id = "https://myhsm.managedhsm.azure.net/keys/any";
    expect(printed(await certs(id, "--plugin-config=cert_chain=chain.pem"))).toEqual([...chain]);
  });

  test("of a self-signed certificate", async () => {
    const { certificate, privateKey } = await createSelfSigned({ subject: "CN=alone" });
    const { keyId } = setup.vault.importCertificate({
      name: "alone",
      privateKey,
      certificates: [certificate],
    });
    expect(printed(await certs(keyId))).toEqual([certificate]);
  });
});

describe("--fetch-issuers", () => {
  test("completes the chain, which then signs", async () => {
    const taken = [
      setup.emulator.publish(ISSUER_ADDRESS, chain[1]),
      setup.emulator.publish(ROOT_ADDRESS, toPem(chain[2])),
    ];
    const refused = told(await certs(leafOnlyId));
    expect(refused).toContain(`It can be had at ${ISSUER_ADDRESS}`);
    const command = /`(\S+ certs .*) > chain\.pem`/.exec(refused)?.[1] ?? "";
    const [, ...args] = command.split(" ");
    const run = await runPlugin(args, "", { env: setup.env });
    expect(printed(run)).toEqual([...chain]);
    const file = join(folder, "fetched.pem");
    await writeFile(file, run.stdout);
    await expectSigned(leafOnlyId, "EC-256", chain, { env: setup.env, pluginConfig: { ca_certs: file } });
    for (const take of taken) {
      take();
    }
  });

  test("is what signing never does", async () => {
    const published = setup.emulator.publish(ISSUER_ADDRESS, chain[1]);
    const start = setup.emulator.log.length;
    const request = JSON.stringify(signRequest(leafOnlyId, "EC-256"));
    const { stderr } = await runPlugin(["generate-signature"], request, { env: setup.env });
    expect(stderr).toContain("is incomplete");
    expect(setup.emulator.log.slice(start).filter(({ host }) => host === "ca.example")).toEqual([]);
    published();
  });

  test("works on Node.js as well", async () => {
    const taken = [
      setup.emulator.publish(ISSUER_ADDRESS, chain[1]),
      setup.emulator.publish(ROOT_ADDRESS, chain[2]),
    ];
    const plugin = await bundleOnNode();
    const args = ["certs", "--id", leafOnlyId, "--fetch-issuers"];
    expect(printed(await runPlugin(args, "", { env: setup.env, plugin }))).toEqual([...chain]);
    for (const take of taken) {
      take();
    }
  }, 60_000);

  test("needs no secret", async () => {
    const { emulator, vault } = setup;
    const reader = await emulator.createServicePrincipal("client-secret");
    vault.setAccessPolicy(reader, { certificates: ["get"] });
    const taken = [emulator.publish(ISSUER_ADDRESS, chain[1]), emulator.publish(ROOT_ADDRESS, chain[2])];
    const env = { ...emulator.environment, ...reader.environment };
    const run = await runPlugin(["certs", "--id", wholeId, "--fetch-issuers"], "", { env });
    expect(printed(run)).toEqual([...chain]);
    for (const take of taken) {
      take();
    }
  });

  test.each<[string, Parameters<Setup["emulator"]["publish"]>[1], RegExp]>([
    ["answers 404", { status: 404 }, /cannot be had: ca\.example answered 404/],
    ["is no certificate", "<html>", /what is at http:\/\/ca\.example\/issuing\.crt is no certificate/],
    ["is too large", () => ({ body: Buffer.alloc(300 * 1024) }), /larger than 256 KiB/],
    [
      "leads to this machine",
      { status: 302, headers: { Location: "http://169.254.169.254/metadata" } },
      /169\.254\.169\.254 is this machine itself/,
    ],
    ["leads around", { status: 302, headers: { Location: ISSUER_ADDRESS } }, /more than 3 redirects/],
    ["leads to a file", { status: 302, headers: { Location: "file:///etc/passwd" } }, /its scheme is file/],
  ])("tells where the address %s", async (_what, content, message) => {
    const taken = setup.emulator.publish(ISSUER_ADDRESS, content);
    expect(told(await certs(leafOnlyId, "--fetch-issuers"))).toMatch(message);
    taken();
  });

  test("tells where another certificate is at the address", async () => {
    const taken = setup.emulator.publish(ISSUER_ADDRESS, chain[2]);
    expect(told(await certs(leafOnlyId, "--fetch-issuers"))).toMatch(
      /did not issue it[\s\S]*Fix: get the certificate of/,
    );
    taken();
  });

  test("does not wait for an answer that never ends", async () => {
    const taken = setup.emulator.publish(ISSUER_ADDRESS, () => ({ body: stalling() }));
    const run = await certs(leafOnlyId, "--fetch-issuers", "--plugin-config", "timeout=2");
    expect(told(run)).toMatch(
      /no result within 2 s: still waiting for an answer of ca\.example|did not send all of it in time/,
    );
    taken();
  });
});

async function* stalling(): AsyncGenerator<Uint8Array> {
  yield Buffer.from([0x30]);
  await new Promise(() => undefined);
}

describe("what a person gets wrong is told as text", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["no --id", [], /--id is missing\nFix: use `notation-azure-kv certs --id/],
    ["an unknown option", ["--nonsense"], /Unknown option '--nonsense'\nFix: /],
    ["no value", ["--id"], /--id/],
    [
      "a plugin config that is none",
      ["--id", "x", "--plugin-config", "self_signed"],
      /"self_signed" is not <key>=<value>/,
    ],
    ["a key identifier that is none", ["--id", "signer"], /key identifier "signer" is not a URL/],
  ])("%s", async (_what, args, message) => {
    expect(told(await runPlugin(["certs", ...args], "", { env: setup.env }))).toMatch(message);
  });

  test("--help is help", async () => {
    const { exitCode, stdout } = await runPlugin(["certs", "--help"], "", { env: setup.env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--fetch-issuers");
  });
});
