import { beforeAll, describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { type Certificate, parseCertificate } from "../../src/certificate/certificate.ts";
import { buildChain } from "../../src/chain/build-chain.ts";
import { chooseLeaf } from "../../src/chain/choose-leaf.ts";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  type IssuedCertificate,
  issueLeaf,
} from "../pki/index.ts";
import { expectError } from "./expect-error.ts";

const payload = Buffer.from("what is signed");
const algorithm = signatureAlgorithm("EC-256", "SHA-256");

let root: CertificateAuthority;
let policyCa: CertificateAuthority;
let issuingCa: CertificateAuthority;
let namesake: CertificateAuthority;
let leaf: IssuedCertificate;
let renewed: IssuedCertificate;
let selfSigned: IssuedCertificate;

beforeAll(async () => {
  root = await createCertificateAuthority({ subject: "C=US, O=Example, CN=Root", pathLength: 2 });
  policyCa = await createCertificateAuthority({
    subject: "C=US, O=Example, CN=Policy",
    issuer: root,
    pathLength: 1,
  });
  issuingCa = await createCertificateAuthority({ subject: "C=US, O=Example, CN=Issuing", issuer: policyCa });
  namesake = await createCertificateAuthority({ subject: "C=US, O=Example, CN=Issuing", issuer: root });
  leaf = await issueLeaf({ subject: "C=US, ST=WA, O=Example, CN=signer", issuer: issuingCa });
  const { privateKey } = leaf;
  const notBefore = new Date(Date.now() - 60_000);
  renewed = await issueLeaf({
    subject: "C=US, ST=WA, O=Example, CN=signer",
    issuer: issuingCa,
    privateKey,
    notBefore,
  });
  selfSigned = await createSelfSigned({ subject: "CN=alone" });
});

const read = (...ders: readonly Uint8Array[]): Certificate[] =>
  ders.map((der) => parseCertificate(der, "a test's"));
const chainOf = (leafDer: Uint8Array, ...bag: readonly Uint8Array[]): Uint8Array[] => {
  const [leafCertificate, ...rest] = read(leafDer, ...bag);
  if (leafCertificate === undefined) {
    throw new Error("no leaf");
  }
  return buildChain(leafCertificate, rest, "the bag", "complete it").map(({ der }) => der);
};

describe("the chain is leaf, intermediates, root", () => {
  test.each([
    ["in order", () => leaf.chain],
    ["root first", () => leaf.chain.toReversed()],
    ["shuffled", () => [policyCa, leaf, root, issuingCa].map(({ certificate }) => certificate)],
    ["with duplicates", () => [...leaf.chain, ...leaf.chain]],
    [
      "with what does not belong",
      () => [selfSigned.certificate, namesake.certificate, ...leaf.chain, renewed.certificate],
    ],
    ["with the issuer's namesake first", () => [namesake.certificate, ...leaf.chain.slice(1)]],
  ])("from a bag %s", (_order, bag) => {
    expect(chainOf(leaf.certificate, ...bag())).toEqual([...leaf.chain]);
  });

  test("of one for a self-signed leaf, whatever else there is", () => {
    expect(chainOf(selfSigned.certificate, ...leaf.chain)).toEqual([selfSigned.certificate]);
  });
});

describe("a chain that breaks names the issuer that is missing", () => {
  test.each([
    [
      "the issuing CA",
      () => [root.certificate],
      /chain of ".*CN=signer" is incomplete: its issuer is "C=US, O=Example, CN=Issuing"/,
    ],
    ["the root", () => leaf.chain.slice(0, -1), /the issuer of ".*CN=Policy" is "C=US, O=Example, CN=Root"/],
    ["everything", () => [], /CN=Issuing", and the bag does not hold it \(certificates there: 0\)/],
    [
      "the key of that name",
      () => [namesake.certificate, root.certificate],
      /holds a certificate of that name, but its key did not issue this one/,
    ],
  ])("%s", async (_what, bag, message) => {
    await expectError(
      () => chainOf(leaf.certificate, ...bag()),
      "VALIDATION_ERROR",
      message,
      "Fix: complete it",
    );
  });
});

describe("the leaf is the certificate whose key signed", () => {
  const signed = (signer: IssuedCertificate): Uint8Array =>
    sign("sha256", payload, { key: signer.privateKey, dsaEncoding: "ieee-p1363" });

  test("wherever it stands", async () => {
    for (const bag of [leaf.chain, leaf.chain.toReversed()]) {
      const chosen = await chooseLeaf(read(...bag), algorithm, payload, signed(leaf));
      expect(chosen.der).toEqual(leaf.certificate);
    }
  });

  test("the newest of several with that key", async () => {
    const bag = read(...leaf.chain, renewed.certificate);
    expect((await chooseLeaf(bag, algorithm, payload, signed(leaf))).der).toEqual(renewed.certificate);
  });

  test("another key's signature is an error that says so", () =>
    expectError(
      () => chooseLeaf(read(...leaf.chain), algorithm, payload, signed(selfSigned)),
      "ERROR",
      'does not verify with certificate "C=US, ST=WA, O=Example, CN=signer"',
      "key and certificate do not belong together",
    ));

  test("a key spec that is not the request's is an error that says so", () =>
    expectError(
      () => chooseLeaf(read(...leaf.chain), signatureAlgorithm("EC-384", "SHA-384"), payload, signed(leaf)),
      "VALIDATION_ERROR",
      'the request says keySpec EC-384, but the key of certificate "C=US, ST=WA, O=Example, CN=signer" is EC-256',
    ));
});
