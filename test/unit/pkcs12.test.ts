import { beforeAll, describe, expect, test } from "bun:test";
import { certificatesInPkcs12 } from "../../src/pkcs12/read-certificates.ts";
import {
  createCertificateAuthority,
  type IssuedCertificate,
  issueLeaf,
  privateKeyToPem,
  toPem,
} from "../pki/index.ts";
import { expectError } from "./expect-error.ts";
import { openssl } from "./openssl.ts";

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
    const certificates = certificatesInPkcs12(await pkcs12("", ...options));
    expect(certificates.map((der) => Buffer.from(der).toString("hex")).sort()).toEqual(
      leaf.chain.map((der) => Buffer.from(der).toString("hex")).sort(),
    );
  });
});

describe("a PKCS#12 file that cannot be read is told", () => {
  test("with a password", async () => {
    for (const options of [tripleDes, []]) {
      const file = await pkcs12("a password", ...options);
      await expectError(() => certificatesInPkcs12(file), "ERROR", "encrypted with a password");
    }
  });

  test("with RC2", async () => {
    const file = await pkcs12("", "-legacy", "-certpbe", "PBE-SHA1-RC2-40");
    await expectError(
      () => certificatesInPkcs12(file),
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
      () => certificatesInPkcs12(file ?? leaf.certificate),
      "ERROR",
      "the secret is not a readable PKCS#12 file",
    );
  });

  test("cut short", async () => {
    const file = await pkcs12("");
    await expectError(
      () => certificatesInPkcs12(file.subarray(0, 500)),
      "ERROR",
      "not a readable PKCS#12 file",
    );
  });
});
