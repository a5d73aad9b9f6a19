/**
 * PEM, as a vault's secret and as a file of `ca_certs`: whatever it holds, there comes out the one right chain or a
 * refusal. By the rooms certificate-source, certificate, chain and vault with the SDK, on a network of this process.
 */
import { afterAll, beforeAll, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { certificateSource } from "../../src/certificate-source/certificate-source.ts";
import { privateKeyToPem, toPem } from "../pki/index.ts";
import { certificateBundle, challengeThen, createFakeVault, secretBundle } from "./fake-vault.ts";
import { createSignedLeaf, judgeChain, type SignedLeaf } from "./found-chain.ts";
import { changedPem } from "./pem-mutation.ts";
import { checkProperty } from "./property.ts";

const LIMIT_MS = 300_000;
const SAMPLE_LIMIT_MS = 5000;
const TOKEN = "a token";

let signed: SignedLeaf;
let folder: string;

beforeAll(async () => {
  signed = await createSignedLeaf();
  folder = mkdtempSync(join(tmpdir(), "pem-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const show = (file: Uint8Array): string => JSON.stringify(Buffer.from(file).toString("latin1"));

test(
  "a changed PEM secret gives its chain, or is refused",
  async () => {
    const { leaf, stranger } = signed;
    const key = privateKeyToPem(leaf.privateKey);
    const right = [
      `${key}${toPem(...leaf.chain)}`,
      `${toPem(...leaf.chain.toReversed())}${key}`,
      toPem(stranger, ...leaf.chain, ...leaf.chain, stranger),
    ];
    const judge = async (file: Uint8Array): Promise<string> => {
      const bundle = secretBundle(Buffer.from(file).toString(), "application/x-pem-file");
      const { vault } = createFakeVault(challengeThen(bundle), TOKEN);
      return await judgeChain(signed, vault, () => certificateSource({ kind: "secret" }));
    };
    await checkProperty("PEM secrets", changedPem(right), {
      judge,
      expected: ["chain", "VALIDATION_ERROR", "ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
      show,
    });
  },
  LIMIT_MS,
);

test(
  "a changed file of ca_certs completes the chain, or is refused",
  async () => {
    const { leaf, stranger } = signed;
    const right = [
      toPem(...leaf.chain.slice(1)),
      toPem(...leaf.chain.toReversed()),
      `${privateKeyToPem(leaf.privateKey)}${toPem(stranger, ...leaf.chain.slice(1))}`,
    ];
    const file = join(folder, "ca.pem");
    const judge = async (content: Uint8Array): Promise<string> => {
      writeFileSync(file, content);
      const { vault } = createFakeVault(challengeThen(certificateBundle(leaf.certificate)), TOKEN);
      return await judgeChain(signed, vault, () => certificateSource({ kind: "ca-certs", file }));
    };
    await checkProperty("files of ca_certs", fc.oneof(changedPem(right), fc.uint8Array()), {
      judge,
      expected: ["chain", "VALIDATION_ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
      show,
    });
  },
  LIMIT_MS,
);
