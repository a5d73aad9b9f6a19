/** Files of CA certificates in PKCS#7: whatever is in them, the leaf's one chain comes of it, or a refusal. */
import { afterAll, beforeAll, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateSource } from "../../src/certificate-source/certificate-source.ts";
import { toPem } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";
import { changedAsn1 } from "./asn1-mutation.ts";
import { certificateBundle, challengeThen, createFakeVault } from "./fake-vault.ts";
import { createSignedLeaf, judgeChain, type SignedLeaf } from "./found-chain.ts";
import { checkProperty } from "./property.ts";

const LIMIT_MS = 300_000;
const SAMPLE_LIMIT_MS = 5000;
const TOKEN = "a token";

let signed: SignedLeaf;
let folder: string;

beforeAll(async () => {
  [signed, folder] = await Promise.all([createSignedLeaf(), mkdtemp(join(tmpdir(), "certificate-file-"))]);
});

afterAll(() => rm(folder, { recursive: true }));

test(
  "a changed file of PKCS#7 completes the chain, or is refused",
  async () => {
    const { leaf, stranger } = signed;
    const cas = leaf.chain.slice(1);
    const pkcs7 = ["crl2pkcs7", "-nocrl", "-certfile", "ca.pem", "-outform", "DER", "-out", "ca.p7b"];
    const right = [
      await openssl(pkcs7, "ca.p7b", { "ca.pem": toPem(...cas) }),
      await openssl(pkcs7, "ca.p7b", { "ca.pem": toPem(stranger, ...leaf.chain.toReversed()) }),
    ];
    const file = join(folder, "ca.p7b");
    const judge = async (content: Uint8Array): Promise<string> => {
      writeFileSync(file, content);
      const { vault } = createFakeVault(challengeThen(certificateBundle(leaf.certificate)), TOKEN);
      return await judgeChain(signed, vault, () => certificateSource({ kind: "ca-certs", file }));
    };
    await checkProperty("files of PKCS#7", changedAsn1(right), {
      judge,
      expected: ["chain", "VALIDATION_ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
      show: (content) => content.toString("base64"),
    });
  },
  LIMIT_MS,
);
