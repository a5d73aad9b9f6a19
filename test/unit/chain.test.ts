import { beforeAll, describe, expect, test } from "bun:test";
import { type KeyObject, sign } from "node:crypto";
import { type Certificate, parseCertificate } from "../../src/certificate/certificate.ts";
import { signingChain } from "../../src/chain/signing-chain.ts";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  type IssuedCertificate,
  issueLeaf,
} from "../pki/index.ts";
import { expectError } from "./expect-error.ts";
import { toldBag } from "./told-bag.ts";

const PAYLOAD = Buffer.from("what is signed");
const ALGORITHM = signatureAlgorithm("EC-256", "SHA-256");
const DAY_MS = 24 * 3_600_000;
const SIGNER = "C=US, ST=WA, O=Example, CN=signer";

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
  leaf = await issueLeaf({ subject: SIGNER, issuer: issuingCa });
  const { privateKey } = leaf;
  renewed = await issueLeaf({
    subject: SIGNER,
    issuer: issuingCa,
    privateKey,
    notBefore: daysFromNow(-0.01),
  });
  selfSigned = await createSelfSigned({ subject: "CN=alone" });
});

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

const read = (ders: readonly Uint8Array[]): Certificate[] =>
  ders.map((der) => parseCertificate(der, "a test's"));

/** The chain, DER, for a signature of this key; the candidates are the bag unless they are given. */
async function chainFor(
  privateKey: KeyObject,
  bag: readonly Uint8Array[],
  candidates = bag,
  algorithm = ALGORITHM,
): Promise<Uint8Array[]> {
  const signature = sign("sha256", PAYLOAD, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const chain = await signingChain(toldBag(read(candidates), read(bag)), algorithm, PAYLOAD, signature);
  return chain.map(({ der }) => new Uint8Array(der));
}

const ders = (...issued: readonly IssuedCertificate[]): Uint8Array[] =>
  issued.map(({ certificate }) => certificate);

describe("the chain is leaf, intermediates, root", () => {
  test.each([
    ["in order", () => leaf.chain],
    ["root first", () => leaf.chain.toReversed()],
    ["shuffled", () => ders(policyCa, leaf, root, issuingCa)],
    ["with duplicates", () => [...leaf.chain, ...leaf.chain]],
    ["with what does not belong", () => [...ders(selfSigned, namesake), ...leaf.chain]],
    ["with the issuer's namesake first", () => [namesake.certificate, ...leaf.chain]],
  ])("from a bag %s", async (_order, bag) => {
    expect(await chainFor(leaf.privateKey, bag())).toEqual([...leaf.chain]);
  });

  test("of one for a self-signed leaf, whatever else there is", async () => {
    const bag = [...leaf.chain, selfSigned.certificate];
    expect(await chainFor(selfSigned.privateKey, bag)).toEqual([selfSigned.certificate]);
  });

  test("without what follows a certificate in its DER", async () => {
    const trailing = leaf.chain.map((der) => Buffer.concat([der, Buffer.from("3003020100", "hex")]));
    expect(await chainFor(leaf.privateKey, trailing)).toEqual([...leaf.chain]);
  });
});

describe("of several issuers", () => {
  test.each([
    ["the one that is valid is taken, where another has expired", -400, -30],
    ["the one that is valid is taken, where another is not valid yet", 30, 400],
  ])("%s", async (_what, from, to) => {
    const { privateKey } = issuingCa;
    const other = await createCertificateAuthority({
      subject: issuingCa.subject,
      issuer: policyCa,
      privateKey,
      notBefore: daysFromNow(from),
      notAfter: daysFromNow(to),
    });
    for (const bag of [
      [other.certificate, ...leaf.chain],
      [...leaf.chain, other.certificate],
    ]) {
      expect(await chainFor(leaf.privateKey, bag)).toEqual([...leaf.chain]);
    }
  });

  test("the root is taken before its cross-certificate", async () => {
    const { subject, privateKey } = root;
    const crossCertificate = await createCertificateAuthority({
      subject,
      privateKey,
      issuer: namesake,
      pathLength: 2,
    });
    const bag = [crossCertificate.certificate, ...leaf.chain, ...namesake.chain];
    expect(await chainFor(leaf.privateKey, bag)).toEqual([...leaf.chain]);
    // Without the root itself the cross-certificate leads on, and around: its issuer is the root's.
    const withoutRoot = bag.filter((der) => der !== root.certificate);
    await expectError(() => chainFor(leaf.privateKey, withoutRoot), "VALIDATION_ERROR", "is incomplete");
  });
});

describe("a chain that breaks names the issuer that is missing", () => {
  test.each([
    [
      "the issuing CA",
      () => ders(root),
      /chain of ".*CN=signer" is incomplete: its issuer is "C=US, O=Example, CN=Issuing"/,
    ],
    ["the root", () => leaf.chain.slice(1, -1), /the issuer of ".*CN=Policy" is "C=US, O=Example, CN=Root"/],
    [
      "everything",
      () => [],
      /CN=Issuing", key identifier [0-9a-f]{40}, and the bag does not hold it \(certificates there: 0\)/,
    ],
    [
      "the key of that name",
      () => ders(namesake, root),
      /holds a certificate of that name, but the signature does not verify with its key/,
    ],
  ])("%s", async (_what, bag, message) => {
    await expectError(
      () => chainFor(leaf.privateKey, bag(), [leaf.certificate]),
      "VALIDATION_ERROR",
      message,
      "Fix: complete it",
    );
  });

  test("also where a certificate has no subject", async () => {
    const nameless = await createSelfSigned({ subject: "" });
    await expectError(
      () => chainFor(leaf.privateKey, ders(nameless, root), [leaf.certificate]),
      "VALIDATION_ERROR",
      "is incomplete",
    );
  });
});

describe("the leaf is the certificate whose key signed", () => {
  test("the newest of several with that key", async () => {
    expect(await chainFor(leaf.privateKey, [...leaf.chain, renewed.certificate])).toEqual([...renewed.chain]);
  });

  test.each([
    [
      "self-signed",
      () =>
        createSelfSigned({ subject: SIGNER, privateKey: leaf.privateKey, notBefore: daysFromNow(-0.001) }),
    ],
    [
      "expired",
      () =>
        issueLeaf({
          subject: SIGNER,
          issuer: issuingCa,
          privateKey: leaf.privateKey,
          notAfter: daysFromNow(-0.02),
        }),
    ],
    [
      "not valid yet",
      () =>
        issueLeaf({
          subject: SIGNER,
          issuer: issuingCa,
          privateKey: leaf.privateKey,
          notBefore: daysFromNow(1),
        }),
    ],
    [
      "without its issuer",
      () => issueLeaf({ subject: SIGNER, issuer: namesake, privateKey: leaf.privateKey }),
    ],
  ])("not another of that key that is %s", async (_what, make) => {
    const other = await make();
    for (const bag of [
      [other.certificate, ...leaf.chain],
      [...leaf.chain, other.certificate],
    ]) {
      expect(await chainFor(leaf.privateKey, bag)).toEqual([...leaf.chain]);
    }
  });

  test("another key's signature is an error that says so", () =>
    expectError(
      () => chainFor(selfSigned.privateKey, leaf.chain),
      "ERROR",
      `of another key than ${SIGNER.replaceAll(", ", "\n")}`,
    ));

  test("a key spec that is not the request's is an error that says so", () =>
    expectError(
      () => chainFor(leaf.privateKey, leaf.chain, leaf.chain, signatureAlgorithm("EC-384", "SHA-384")),
      "VALIDATION_ERROR",
      `the request says keySpec EC-384, but the key of certificate "${SIGNER}" is EC-256`,
    ));
});
