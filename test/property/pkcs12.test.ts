/**
 * PKCS#12 secrets: whatever the file holds, there comes out the one right chain or a refusal, soon. By the rooms
 * certificate-source, pkcs12, certificate, chain and vault with the SDK, on a network of this process.
 */
import { beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { certificateSource } from "../../src/certificate-source/certificate-source.ts";
import { changedAsn1 } from "./asn1-mutation.ts";
import { byteChanges } from "./byte-mutation.ts";
import {
  childrenOf,
  countNodes,
  type DerNode,
  encodeDer,
  nodeAt,
  parseDer,
  replaceNode,
} from "./der-tree.ts";
import { challengeThen, createFakeVault, secretBundle } from "./fake-vault.ts";
import { createSignedLeaf, judgeChain, type SignedLeaf } from "./found-chain.ts";
import { OPENSSL_FORMS, opensslPkcs12, vaultPkcs12 } from "./pkcs12-files.ts";
import { checkProperty } from "./property.ts";

const LIMIT_MS = 600_000;
const SAMPLE_LIMIT_MS = 10_000;
/** For all the rounds that one file may ask for, on a busy machine. */
const FILE_LIMIT_MS = 30_000;
const TOKEN = "a token";

let signed: SignedLeaf;

beforeAll(async () => {
  signed = await createSignedLeaf();
});

async function judge(value: string): Promise<string> {
  const { vault } = createFakeVault(challengeThen(secretBundle(value, "application/x-pkcs12")), TOKEN);
  return await judgeChain(signed, vault, () => certificateSource({ kind: "secret" }));
}

const base64 = (file: Uint8Array): string => Buffer.from(file).toString("base64");

test(
  "a changed PKCS#12 secret gives its chain, or is refused",
  async () => {
    const { leaf } = signed;
    const right = [
      vaultPkcs12(leaf),
      ...(await Promise.all([
        opensslPkcs12(leaf, "aes"),
        opensslPkcs12(leaf, "tripleDes"),
        opensslPkcs12(leaf, "plain"),
        opensslPkcs12(leaf, "aes", { password: "a password" }),
      ])),
    ];
    const changedText = fc
      .tuple(fc.constantFrom(...right), byteChanges)
      .map(([file, damage]) => damage(Buffer.from(base64(file))).toString());
    const secrets = fc.oneof(
      { arbitrary: changedAsn1(right).map(base64), weight: 9 },
      { arbitrary: changedText, weight: 1 },
    );
    await checkProperty("PKCS#12 secrets", secrets, {
      judge,
      expected: ["chain", "VALIDATION_ERROR", "ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
    });
  },
  LIMIT_MS,
);

/** Rounds of key derivation, as the octets of an INTEGER, that nobody waits for. */
const ROUNDS = [
  ["1e8481", "2,000,001"],
  ["7fffff", "8,388,607"],
  ["7fffffff", "2^31 - 1"],
  ["0080000000", "2^31"],
  ["00ffffffff", "2^32 - 1"],
  ["7fffffffffffffff", "2^63 - 1"],
  [`7f${"ff".repeat(31)}`, "2^255 - 1"],
] as const;

/** pkcs7-encryptedData (RFC 5652, section 8), as the octets of an OBJECT IDENTIFIER. */
const ENCRYPTED_DATA = Buffer.from("2a864886f70d010706", "hex");

function rootOf(file: Uint8Array): DerNode {
  const [root] = parseDer(Buffer.from(file)) ?? [];
  if (root === undefined) {
    throw new Error("the file is not DER");
  }
  return root;
}

/** Other rounds wherever an INTEGER follows a salt. */
function changeRounds(root: DerNode, rounds: Buffer): DerNode {
  const isRounds = (tree: DerNode, index: number): boolean =>
    nodeAt(tree, index).tag === 0x02 && nodeAt(tree, index - 1).tag === 0x04;
  return Array.from({ length: countNodes(root) }, (_, index) => index).reduce(
    (tree, index) =>
      isRounds(tree, index) ? replaceNode(tree, index, (node) => [{ ...node, content: rounds }]) : tree,
    root,
  );
}

test.each([...ROUNDS])(
  "%s (hexadecimal) rounds of key derivation are refused at once: %s",
  async (rounds) => {
    const { leaf } = signed;
    const files = [
      vaultPkcs12(leaf),
      await opensslPkcs12(leaf, "aes"),
      await opensslPkcs12(leaf, "tripleDes"),
    ];
    for (const file of files) {
      const start = performance.now();
      expect(await judge(base64(encodeDer(changeRounds(rootOf(file), Buffer.from(rounds, "hex")))))).toBe(
        "VALIDATION_ERROR",
      );
      expect(performance.now() - start).toBeLessThan(1000);
    }
  },
  LIMIT_MS,
);

/** The file with other contents where it has its encrypted one. */
function withContents(file: Uint8Array, contentsFrom: (encrypted: DerNode) => readonly DerNode[]): string {
  const root = rootOf(file);
  const isEncryptedData = (node: DerNode): boolean =>
    childrenOf(node).some(({ content }) => Buffer.isBuffer(content) && content.equals(ENCRYPTED_DATA));
  const index = Array.from({ length: countNodes(root) }, (_, at) => at).find((at) =>
    isEncryptedData(nodeAt(root, at)),
  );
  if (index === undefined) {
    throw new Error("nothing of the file is encrypted");
  }
  return base64(encodeDer(replaceNode(root, index, contentsFrom)));
}

test.each(["aes", "tripleDes"] as const)(
  "a file with many contents of a million rounds each takes no longer than one with a few: %s",
  async (form: keyof typeof OPENSSL_FORMS) => {
    const file = await opensslPkcs12(signed.leaf, form, { iterations: 1_000_000 });
    const many = withContents(file, (encrypted) => Array<DerNode>(50).fill(encrypted));
    const start = performance.now();
    expect(await judge(many)).toBe("VALIDATION_ERROR");
    expect(performance.now() - start).toBeLessThan(FILE_LIMIT_MS);
  },
  LIMIT_MS,
);

test(
  "rounds below one buy no others",
  async () => {
    const file = await opensslPkcs12(signed.leaf, "tripleDes");
    const contents = withContents(file, (encrypted) => [
      changeRounds(encrypted, Buffer.from("c4653600", "hex")), // -1,000,000,000
      changeRounds(encrypted, Buffer.from("02faf080", "hex")), // 50,000,000
    ]);
    const start = performance.now();
    expect(["ERROR", "VALIDATION_ERROR"]).toContain(await judge(contents));
    expect(performance.now() - start).toBeLessThan(FILE_LIMIT_MS);
  },
  LIMIT_MS,
);

test("a file that is right is read whatever its form", async () => {
  const { leaf } = signed;
  const forms = Object.keys(OPENSSL_FORMS) as (keyof typeof OPENSSL_FORMS)[];
  const files = await Promise.all(forms.map((form) => opensslPkcs12(leaf, form)));
  for (const file of [vaultPkcs12(leaf), ...files]) {
    expect(await judge(base64(file))).toBe("chain");
  }
});
