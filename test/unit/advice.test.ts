/** What is said of certificates that Notation takes, and when nothing is. */
import "reflect-metadata";
import { describe, expect, test } from "bun:test";
import * as x509 from "@peculiar/x509";
import { type Certificate, parseCertificate } from "../../src/certificate/certificate.ts";
import { daysLeft, findAdvice } from "../../src/requirements/advice.ts";
import { findViolations } from "../../src/requirements/requirements.ts";
import {
  createCertificateAuthority,
  createSelfSigned,
  generatePrivateKey,
  type IssuedCertificate,
  issueLeaf,
  type KeySpec,
  signCertificate,
} from "../pki/index.ts";
import { shapeCertificate } from "../pki/shaped.ts";

const DAY_MS = 86_400_000;
const NOT_BEFORE = new Date("2026-01-01T00:00:00Z");
const NOT_AFTER = new Date("2026-12-31T00:00:00Z");
const END = NOT_AFTER.getTime();
/** Far from its end. */
const NOW = END - 100 * DAY_MS;
const VALIDITY = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER };

const CONSTRAINTS =
  "its basicConstraints are not marked critical, which the specification wants of a CA certificate, and Notation does not yet";
const ANY_PURPOSE =
  "its extended key usage has anyExtendedKeyUsage, which the specification forbids, and Notation does not yet";
const SHA1 =
  "it is signed by SHA-1, which the specification forbids, and Notation does not of a self-signed certificate";

const { digitalSignature, keyCertSign } = x509.KeyUsageFlags;
const LEAF_USAGE = new x509.KeyUsagesExtension(digitalSignature, true);
const CA_USAGE = new x509.KeyUsagesExtension(keyCertSign, true);

const read = (der: Uint8Array): Certificate => parseCertificate(der, "a test's");

/** The problems, each with the place of its certificate. */
function told(chain: readonly Certificate[], now = NOW): (readonly [index: number, problem: string])[] {
  return findAdvice(chain, now).map(({ certificate, problem }) => [chain.indexOf(certificate), problem]);
}

async function selfSigned(): Promise<Certificate> {
  return read((await createSelfSigned({ subject: "CN=signer", ...VALIDITY })).certificate);
}

/** With these extensions, issued by the issuer or by itself. */
async function certificateWith(
  extensions: readonly x509.Extension[],
  issuer?: IssuedCertificate,
): Promise<Certificate> {
  const subjectKey = await generatePrivateKey("EC-256");
  return read(await signCertificate({ subject: "CN=shaped", subjectKey, ...VALIDITY, extensions }, issuer));
}

/** Signed by SHA-1, by itself or by another. */
async function sha1Certificate(keySpec: KeySpec, by: "itself" | "another"): Promise<Certificate> {
  const issuer = { name: "CN=root", privateKey: await generatePrivateKey(keySpec) };
  const content = { ...VALIDITY, extensions: [LEAF_USAGE], signature: { kind: "sha1" } } as const;
  const subjectKey = await generatePrivateKey(keySpec);
  const shaped = { ...content, subject: "CN=signer", subjectKey };
  return read(by === "itself" ? shapeCertificate(shaped) : shapeCertificate(shaped, issuer));
}

describe("of a chain that keeps the specification and lasts", () => {
  test("there is nothing to say", async () => {
    const root = await createCertificateAuthority({ subject: "CN=root", ...VALIDITY });
    const issuing = await createCertificateAuthority({ subject: "CN=issuing", issuer: root, ...VALIDITY });
    const { chain } = await issueLeaf({ subject: "CN=signer", issuer: issuing, ...VALIDITY });
    expect(chain).toHaveLength(3);
    expect(told(chain.map(read))).toEqual([]);
    expect(told([])).toEqual([]);
  });
});

describe("that a certificate expires", () => {
  test.each([
    ["in 30 days is no advice", 30 * DAY_MS, undefined],
    ["in less than 30 days is", 30 * DAY_MS - 1, 29],
    ["in a day is", DAY_MS, 1],
    ["within the day is", 1, 0],
    ["now is", 0, 0],
    ["is none any more once it has: that is a violation", -1, undefined],
  ])("%s", async (_what, before, days) => {
    const advice = told([await selfSigned()], END - before);
    expect(advice.length).toBe(days === undefined ? 0 : 1);
    for (const [, problem] of advice) {
      expect(problem).toStartWith(`it expires in ${days} ${days === 1 ? "day" : "days"}; `);
      expect(problem).toContain("`notation sign --timestamp-url`");
    }
  });

  test("is none while it is not valid yet", async () => {
    const { certificate } = await createSelfSigned({
      subject: "CN=signer",
      notBefore: new Date(END - DAY_MS),
      notAfter: NOT_AFTER,
    });
    expect(told([read(certificate)], END - 2 * DAY_MS)).toEqual([]);
    expect(told([read(certificate)], END - DAY_MS)).toHaveLength(1);
  });

  test("is told of each certificate that does", async () => {
    const later = { ...VALIDITY, notAfter: new Date(END + 30 * DAY_MS) };
    const root = await createCertificateAuthority({ subject: "CN=root", ...later });
    const issuing = await createCertificateAuthority({ subject: "CN=issuing", issuer: root, ...VALIDITY });
    const { chain } = await issueLeaf({ subject: "CN=signer", issuer: issuing, ...VALIDITY });
    expect(told(chain.map(read), END).map(([index]) => index)).toEqual([0, 1]);
  });
});

describe("the days that are left", () => {
  test.each([
    [10 * DAY_MS, 10],
    [10 * DAY_MS - 1, 9],
    [1, 0],
    [0, 0],
    [-1, -1],
    [-DAY_MS, -1],
    [-DAY_MS - 1, -2],
  ])("are whole ones: %d ms before its end %d", async (before, days) => {
    expect(daysLeft(await selfSigned(), END - before)).toBe(days);
  });
});

describe("where the specification is stricter than Notation", () => {
  test("basicConstraints of a CA should be critical", async () => {
    const leaf = await selfSigned();
    const critical = [new x509.BasicConstraintsExtension(true, 1, true), CA_USAGE];
    const notCritical = [new x509.BasicConstraintsExtension(true, 1, false), CA_USAGE];
    const chain = [leaf, await certificateWith(critical), await certificateWith(notCritical)];
    expect(told(chain)).toEqual([[2, CONSTRAINTS]]);
  });

  test.each([
    ["of a leaf they need not be", 0, true],
    ["of a certificate that is no CA they need not be", 1, false],
  ])("basicConstraints %s", async (_what, index, isCa) => {
    const certificate = await certificateWith([new x509.BasicConstraintsExtension(isCa, undefined, false)]);
    const chain = index === 0 ? [certificate] : [await selfSigned(), certificate];
    expect(told(chain)).toEqual([]);
  });

  test("a CA certificate without basicConstraints breaks a requirement, and is not advised on", async () => {
    expect(told([await selfSigned(), await certificateWith([CA_USAGE])])).toEqual([]);
  });

  test("a leaf should not have anyExtendedKeyUsage; a CA may", async () => {
    const codeSigning = x509.ExtendedKeyUsage.codeSigning;
    const purposes = new x509.ExtendedKeyUsageExtension([codeSigning, "2.5.29.37.0"]);
    const leaf = await certificateWith([LEAF_USAGE, purposes]);
    const ca = await certificateWith([new x509.BasicConstraintsExtension(true, 1, true), CA_USAGE, purposes]);
    expect(told([leaf, ca])).toEqual([[0, ANY_PURPOSE]]);
    expect(
      told([await certificateWith([LEAF_USAGE, new x509.ExtendedKeyUsageExtension([codeSigning])])]),
    ).toEqual([]);
  });

  test.each<KeySpec>(["EC-256", "RSA-2048"])(
    "a leaf that is its own root should not be signed by SHA-1: %s",
    async (keySpec) => {
      const leaf = await sha1Certificate(keySpec, "itself");
      expect(told([leaf])).toEqual([[0, SHA1]]);
      expect(await findViolations([leaf], NOW)).toEqual([]);
    },
  );

  test("SHA-1 elsewhere breaks a requirement, and is not advised on", async () => {
    expect(told([await sha1Certificate("EC-256", "another")])).toEqual([]);
    expect(told([await selfSigned(), await sha1Certificate("EC-256", "itself")])).toEqual([]);
  });

  test("all that there is to say of a certificate is said, in one order", async () => {
    const leaf = shapeCertificate({
      subject: "CN=signer",
      subjectKey: await generatePrivateKey("EC-256"),
      ...VALIDITY,
      extensions: [LEAF_USAGE, new x509.ExtendedKeyUsageExtension(["2.5.29.37.0"])],
      signature: { kind: "sha1" },
    });
    expect(told([read(leaf)], END)).toEqual([
      [0, expect.stringMatching(/^it expires in 0 days;/)],
      [0, ANY_PURPOSE],
      [0, SHA1],
    ]);
  });
});

describe("an extension that cannot be read", () => {
  const broken = (id: string): x509.Extension => new x509.Extension(id, false, Buffer.from("0500", "hex"));

  test.each([
    ["basic constraints", "2.5.29.19", 1],
    ["extended key usage", "2.5.29.37", 0],
  ])("is passed over, and the rest is said: %s", async (_name, id, index) => {
    const certificate = await certificateWith([broken(id)]);
    const chain = index === 0 ? [certificate] : [await selfSigned(), certificate];
    expect(told(chain)).toEqual([]);
    expect(told(chain, END).filter(([place]) => place === index)).toEqual([
      [index, expect.stringMatching(/^it expires/)],
    ]);
  });
});
