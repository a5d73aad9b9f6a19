import { expect, test } from "bun:test";
import { parseCertificate } from "../../src/certificate/certificate.ts";
import { requireKeySpec } from "../../src/certificate/key-spec.ts";
import { certificatesInPem } from "../../src/certificate/pem.ts";
import { createSelfSigned, KEY_SPECS } from "../pki/index.ts";
import { expectError } from "./expect-error.ts";
import { openssl } from "./openssl.ts";

test.each([...KEY_SPECS])("the key spec of a certificate is read: %s", async (keySpec) => {
  const { certificate } = await createSelfSigned({ subject: "CN=signer", keySpec });
  expect(await requireKeySpec(parseCertificate(certificate, "a test's"))).toBe(keySpec);
});

test.each([
  ["P-256K", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "is P-256K \\(secp256k1\\)"],
  ["RSA 1024", ["-newkey", "rsa:1024"], "is RSA of 1024 bits"],
  ["Ed25519", ["-newkey", "ed25519"], "is Ed25519"],
])("a certificate with a key that has no key spec is told by name: %s", async (_name, newKey, words) => {
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
  await expectError(
    async () => requireKeySpec(parseCertificate(der ?? new Uint8Array(), "a test's")),
    "VALIDATION_ERROR",
    new RegExp(`the key of certificate "CN=odd" ${words}, and the Notary Project has no key spec`),
  );
});
