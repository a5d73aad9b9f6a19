/** `ca_certs` as people's tools write it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSigned, type IssuedCertificate, issueLeaf, toPem } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";
import { refusalOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { expectSigned, signRequest } from "./signing.ts";

const CORRUPT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

let setup: Setup;
let folder: string;
let leaf: IssuedCertificate;
let keyId: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "ca certs "))]);
  leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  const { privateKey, certificate } = leaf;
  ({ keyId } = setup.vault.importCertificate({ name: "leaf-only", privateKey, certificates: [certificate] }));
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

async function caCerts(content: string | Uint8Array): Promise<{ readonly ca_certs: string }> {
  const file = join(folder, `${crypto.randomUUID()}.pem`);
  await writeFile(file, content);
  return { ca_certs: file };
}

/** Intermediate and root, PEM. */
const bundle = (): string => toPem(...leaf.chain.slice(1));

async function trustedCertificates(): Promise<string> {
  const blocks = leaf.chain.slice(1).map(async (der) => {
    const args = ["x509", "-in", "ca.pem", "-trustout", "-addtrust", "codeSigning", "-out", "trusted.pem"];
    return Buffer.from(await openssl(args, "trusted.pem", { "ca.pem": toPem(der) })).toString();
  });
  return (await Promise.all(blocks)).join("");
}

describe("a bundle is read", () => {
  test.each<[string, () => string | Uint8Array | Promise<string>]>([
    ["root first", () => toPem(...leaf.chain.slice(1).reverse())],
    ["with CRLF", () => bundle().replaceAll("\n", "\r\n")],
    ["with text around the blocks", () => bundle().replaceAll("-----BEGIN", "subject=CN = x\n\n-----BEGIN")],
    ["with the leaf in it, twice", () => toPem(leaf.certificate, leaf.certificate) + bundle()],
    ["with a block that cannot be read", () => CORRUPT + bundle()],
    ["in UTF-16, as Windows PowerShell writes", () => Buffer.from(`\ufeff${bundle()}`, "utf16le")],
    ["of OpenSSL's TRUSTED CERTIFICATE blocks", trustedCertificates],
  ])("%s", async (_form, content) => {
    const pluginConfig = await caCerts(await content());
    await expectSigned(keyId, "EC-256", leaf.chain, { env: setup.env, pluginConfig });
  });
});

describe("a bundle that does not help is told", () => {
  test.each<[string, () => string | Promise<string>, RegExp]>([
    ["nothing in it", () => "", /holds no certificate that can be found: neither PEM .* nor DER nor PKCS#7/],
    ["no certificate in it", () => CORRUPT, /holds no readable certificate, and 1 that cannot be read/],
    [
      "the issuer cannot be read",
      async () => CORRUPT + toPem((await createSelfSigned({ subject: "CN=other" })).certificate),
      /its issuer is "C=US, O=Example, CN=Example Issuing", key identifier [0-9a-f]{40}, and ca_certs file .*, in which 1 more cannot be read, does not hold it/,
    ],
  ])("%s", async (_what, content, message) => {
    const request = signRequest(keyId, "EC-256", await caCerts(await content()));
    const refusal = await refusalOf(["generate-signature"], request, { env: setup.env });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toMatch(message);
  });

  test("it is not there", async () => {
    const request = signRequest(keyId, "EC-256", { ca_certs: join(folder, "none.pem") });
    const refusal = await refusalOf(["generate-signature"], request, { env: setup.env });
    expect(refusal).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringMatching(
        /none\.pem cannot be read: ENOENT[\s\S]*Fix: give the path of a file with certificates/,
      ),
    });
  });
});
