import { expect, test } from "bun:test";
import { parseCertificate } from "../../src/certificate/certificate.ts";
import { describeKeyOf, keySpecOf } from "../../src/certificate/key-spec.ts";
import { certificatesInPem } from "../../src/certificate/pem.ts";
import { createSelfSigned, KEY_SPECS } from "../pki/index.ts";
import { openssl } from "./openssl.ts";

test.each([...KEY_SPECS])("the key spec of a certificate is read: %s", async (keySpec) => {
  const { certificate } = await createSelfSigned({ subject: "CN=signer", keySpec });
  expect(keySpecOf(parseCertificate(certificate, "a test's"))).toBe(keySpec);
});

test.each([
  ["P-256K (secp256k1)", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], true],
  ["RSA of 1024 bits", ["-newkey", "rsa:1024"], false],
  ["Ed25519", ["-newkey", "ed25519"], false],
])("a key that has no key spec is told by name: %s", async (name, newKey, isElliptic) => {
  const pem = await openssl(
    [
      "req",
      "-x509",
      ...newKey,
      "-nodes",
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem",
      "-subj",
      "/CN=odd",
      "-days",
      "2",
    ],
    "cert.pem",
  );
  const [der] = certificatesInPem(Buffer.from(pem).toString());
  const certificate = parseCertificate(der ?? new Uint8Array(), "a test's");
  expect(keySpecOf(certificate)).toBeUndefined();
  expect(await describeKeyOf(certificate)).toEqual({ name, isElliptic });
});
