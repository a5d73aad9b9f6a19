import { beforeAll, describe, expect, test } from "bun:test";
import { certificatesInPkcs12 } from "../../src/pkcs12/read-certificates.ts";
import { encodePkcs12 } from "../emulator/vault/pkcs12.ts";
import {
  createCertificateAuthority,
  type IssuedCertificate,
  issueLeaf,
  privateKeyToPem,
  toPem,
} from "../pki/index.ts";
import { expectError } from "./expect-error.ts";
import { openssl } from "./openssl.ts";

const ORIGIN = 'secret "my-cert" of https://myvault.vault.azure.net';

let leaf: IssuedCertificate;

beforeAll(async () => {
  const root = await createCertificateAuthority({ subject: "CN=Root" });
  const issuer = await createCertificateAuthority({ subject: "CN=Issuing", issuer: root });
  leaf = await issueLeaf({ subject: "CN=signer", issuer });
});

/** A PKCS#12 file as OpenSSL makes it; the leaf first, then the rest. */
function pkcs12(password: string, ...options: readonly string[]): Promise<Uint8Array> {
  const [certificate, ...others] = leaf.chain;
  return openssl(
    [
      "pkcs12",
      "-export",
      "-inkey",
      "key.pem",
      "-in",
      "leaf.pem",
      "-certfile",
      "others.pem",
      "-out",
      "file.pfx",
    ].concat(["-passout", `pass:${password}`, ...options]),
    "file.pfx",
    {
      "key.pem": privateKeyToPem(leaf.privateKey),
      "leaf.pem": toPem(certificate ?? new Uint8Array()),
      "others.pem": toPem(...others),
    },
  );
}

const tripleDes = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"];

describe("certificates are read from PKCS#12", () => {
  test.each([
    ["3DES, MAC SHA-1, 2000 iterations", [...tripleDes, "-macalg", "sha1", "-iter", "2000"]],
    ["3DES, one iteration", [...tripleDes, "-noiter", "-nomaciter"]],
    ["3DES, no MAC", [...tripleDes, "-nomac"]],
    ["AES-256, HMAC SHA-256 (OpenSSL's default)", []],
    ["AES-256, MAC SHA-512", ["-macalg", "sha512"]],
    ["AES-128", ["-certpbe", "AES-128-CBC"]],
    ["AES-192", ["-certpbe", "AES-192-CBC"]],
    ["PBES2 with 3DES", ["-certpbe", "DES-EDE3-CBC"]],
    ["no encryption of the certificates", ["-certpbe", "NONE"]],
    ["no encryption at all", ["-certpbe", "NONE", "-keypbe", "NONE"]],
    ["no encryption and no MAC", ["-certpbe", "NONE", "-keypbe", "NONE", "-nomac"]],
  ])("%s", async (_form, options) => {
    const certificates = certificatesInPkcs12(await pkcs12("", ...options), ORIGIN);
    expect(certificates.map((der) => Buffer.from(der).toString("hex")).sort()).toEqual(
      leaf.chain.map((der) => Buffer.from(der).toString("hex")).sort(),
    );
  });
});

/** One value in BER: a tag and its content, with a definite length (X.690, section 8.1.3). */
function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(content);
  const size = value.length < 128 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}

const OCTET_STRING = 0x04;
const SEGMENTS = 0x24;
const [SEQUENCE, EXPLICIT_0] = [0x30, 0xa0];
const OID = {
  data: Buffer.from("06092a864886f70d010701", "hex"),
  certBag: Buffer.from("060b2a864886f70d010c0a0103", "hex"),
  x509Certificate: Buffer.from("060a2a864886f70d01091601", "hex"),
};

/** An unencrypted file with one certificate, its OCTET STRINGs as `octets` writes them. */
function berFile(certificate: Uint8Array, octets: (content: Uint8Array) => Buffer): Buffer {
  const dataInfo = (content: Uint8Array): Buffer => tlv(SEQUENCE, OID.data, tlv(EXPLICIT_0, octets(content)));
  const certBag = tlv(SEQUENCE, OID.x509Certificate, tlv(EXPLICIT_0, octets(certificate)));
  const safeContents = tlv(SEQUENCE, tlv(SEQUENCE, OID.certBag, tlv(EXPLICIT_0, certBag)));
  return tlv(SEQUENCE, Buffer.of(2, 1, 3), dataInfo(tlv(SEQUENCE, dataInfo(safeContents))));
}

describe("OCTET STRINGs of a PKCS#12 file are joined", () => {
  const halves = (content: Uint8Array): readonly Buffer[] => {
    const half = content.length >> 1;
    return [content.subarray(0, half), content.subarray(half)].map((part) => tlv(OCTET_STRING, part));
  };
  test.each<[string, (content: Uint8Array) => Buffer]>([
    ["in one piece", (content) => tlv(OCTET_STRING, content)],
    ["in segments", (content) => tlv(SEGMENTS, ...halves(content))],
    ["in nested segments", (content) => tlv(SEGMENTS, tlv(SEGMENTS, ...halves(content)))],
    [
      "in segments of indefinite length",
      (content) => Buffer.concat([Buffer.of(SEGMENTS, 0x80), ...halves(content), Buffer.of(0, 0)]),
    ],
  ])("%s", (_form, octets) => {
    const [certificate] = certificatesInPkcs12(berFile(leaf.certificate, octets), ORIGIN);
    expect(Buffer.from(certificate ?? [])).toEqual(Buffer.from(leaf.certificate));
  });
});

test("certificates are read from PKCS#12 with the null password, as a vault makes it", () => {
  // OpenSSL writes the empty password; the emulator's own encoder, which OpenSSL has judged, writes the null one.
  const { certificate, chain, privateKey } = leaf;
  const file = encodePkcs12({ certificates: chain, leaf: certificate, privateKey });
  expect(certificatesInPkcs12(file, ORIGIN).map((der) => Buffer.from(der))).toEqual(
    chain.map((der) => Buffer.from(der)),
  );
});

describe("a PKCS#12 file that cannot be read is told", () => {
  test("with a password", async () => {
    for (const options of [tripleDes, []]) {
      const file = await pkcs12("a password", ...options);
      await expectError(
        () => certificatesInPkcs12(file, ORIGIN),
        "ERROR",
        `the certificates of ${ORIGIN} are encrypted with a password`,
      );
    }
  });

  test("with RC2", async () => {
    const file = await pkcs12("", "-legacy", "-certpbe", "PBE-SHA1-RC2-40");
    await expectError(
      () => certificatesInPkcs12(file, ORIGIN),
      "VALIDATION_ERROR",
      "encrypted with pbeWithSHAAnd40BitRC2-CBC",
      "ca_certs",
    );
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", Buffer.from("not a PKCS#12 file")],
    ["a certificate", undefined],
  ])("%s", async (_what, file) => {
    await expectError(
      () => certificatesInPkcs12(file ?? leaf.certificate, ORIGIN),
      "ERROR",
      `${ORIGIN} is not a readable PKCS#12 file`,
    );
  });

  test("cut short", async () => {
    const file = await pkcs12("");
    await expectError(
      () => certificatesInPkcs12(file.subarray(0, 500), ORIGIN),
      "ERROR",
      "not a readable PKCS#12 file",
    );
  });
});
