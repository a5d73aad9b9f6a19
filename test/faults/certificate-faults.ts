/** The certificate, its chain, and the options that say where the chain comes from. */
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { signCertificate, toPem } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";
import type { FaultCase, FaultFamily, FaultySigning, Refusal, Words } from "./fault-case.ts";
import { CERTIFICATE_NAME, type World } from "./world.ts";

const SIGNER = /CN=Example signer/;
const ISSUER = /CN=Example Code Signing CA/;

export const CERTIFICATE_FAULTS: FaultFamily = {
  title: "Certificates",
  introduction:
    "What the vault or a file holds is not the certificate, or not the whole chain, that a signature needs.",
  faults: [
    {
      title: "The vault holds the leaf alone",
      prepare: importLeafAlone,
      end: refused("generate-signature", [
        /incomplete/,
        SIGNER,
        ISSUER,
        /secret "signer"/,
        /ca_certs=<file>/,
      ]),
    },
    {
      title: "The vault holds leaf and intermediate, without the root",
      prepare: ({ vault, certificates: { leaf } }) => ({
        id: vault.importCertificate({
          name: CERTIFICATE_NAME,
          privateKey: leaf.privateKey,
          certificates: leaf.chain.slice(0, -1),
        }).keyId,
      }),
      end: refused("generate-signature", [/incomplete/, /CN=Example Root/, ISSUER, /ca_certs=<file>/]),
    },
    caCerts(
      "`ca_certs` names a file of another authority",
      ({ writeFile, certificates }) => writeFile("ca.pem", toPem(certificates.stranger.certificate)),
      refused("generate-signature", [/incomplete/, ISSUER, /\/ca\.pem/]),
    ),
    caCerts(
      "`ca_certs` names a file that is missing",
      ({ folder }) => join(folder, "ca.pem"),
      refused("generate-signature", [/ca_certs/, /\/ca\.pem cannot be read/, /ENOENT/]),
    ),
    caCerts(
      "`ca_certs` names a file without certificates",
      ({ writeFile }) => writeFile("ca.pem", "no certificate\n"),
      refused("generate-signature", [/ca_certs/, /\/ca\.pem holds no certificate that can be found/]),
    ),
    {
      title: "`self_signed=true`, and an authority issued the certificate",
      prepare: () => ({ pluginConfig: { self_signed: "true" } }),
      end: refused("generate-signature", [/self_signed=true/, SIGNER, ISSUER, /leave out self_signed/]),
    },
    {
      title: "`cert_chain` is not the chain of the key",
      prepare: async ({ writeFile, certificates: { otherLeaf } }) => ({
        pluginConfig: { cert_chain: await writeFile("chain.pem", toPem(...otherLeaf.chain)) },
      }),
      end: refused("generate-signature", [
        /cert_chain file .*\/chain\.pem is not the chain of this key/,
        SIGNER,
      ]),
    },
    {
      title: "The key is in a Managed HSM, and there is no `cert_chain`",
      prepare: () => ({ id: "https://myhsm.managedhsm.azure.net/keys/signer" }),
      end: refused("describe-key", [/Managed HSM, which holds no certificates/, /cert_chain=<file>/]),
    },
    {
      title: "`self_signed=true` and `ca_certs` together",
      prepare: () => ({ pluginConfig: { self_signed: "true", ca_certs: "ca.pem" } }),
      end: refused("describe-key", [/self_signed=true/, /ca_certs=ca\.pem/, /Fix: keep /]),
    },
    ofExtensions(
      "The certificate is for more than signatures, as Key Vault's default policy makes it",
      [
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
          true,
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
      ],
      [SIGNER, /its key usage is digitalSignature, keyEncipherment/, /az keyvault certificate create/],
    ),
    ofExtensions(
      "The certificate is for TLS and not for code signing",
      [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ],
      [
        SIGNER,
        /its extended key usage has serverAuth; it must be codeSigning/,
        /az keyvault certificate create/,
      ],
    ),
    unsupportedKey(
      "The key is on a curve that Notation does not sign with",
      "ec",
      "ec_paramgen_curve:secp256k1",
      [/P-256K \(secp256k1\)/],
    ),
    unsupportedKey("The key is an RSA key of 1024 bits", "rsa", "rsa_keygen_bits:1024", [
      /RSA/,
      /1024/,
      /^(?!.*PKCS1)/,
    ]),
  ],
};

function refused(by: "describe-key" | "generate-signature", wanted: Words): Refusal {
  return { kind: "refused", errorCode: "VALIDATION_ERROR", by, wanted };
}

function importLeafAlone({ vault, certificates: { leaf } }: World): FaultySigning {
  const { privateKey, certificate } = leaf;
  const { keyId } = vault.importCertificate({
    name: CERTIFICATE_NAME,
    privateKey,
    certificates: [certificate],
  });
  return { id: keyId };
}

function caCerts(title: string, fileOf: (world: World) => string | Promise<string>, end: Refusal): FaultCase {
  return {
    title,
    prepare: async (world) => ({
      ...importLeafAlone(world),
      pluginConfig: { ca_certs: await fileOf(world) },
    }),
    end,
  };
}

/** A certificate that Notation would refuse after the signature. */
function ofExtensions(title: string, extensions: readonly x509.Extension[], wanted: Words): FaultCase {
  return {
    title,
    async prepare({ vault, certificates: { leaf, intermediate } }) {
      const { privateKey } = leaf;
      const content = { subject: SIGNER_SUBJECT, subjectKey: privateKey, extensions };
      const certificates = [await signCertificate(content, intermediate), ...intermediate.chain];
      return { id: vault.importCertificate({ name: CERTIFICATE_NAME, privateKey, certificates }).keyId };
    },
    end: refused("describe-key", wanted),
  };
}

/** A vault may hold such a certificate; this runtime makes none, so OpenSSL does, and the answer shows it. */
function unsupportedKey(title: string, algorithm: string, option: string, wanted: Words): FaultCase {
  return {
    title,
    async prepare({ emulator, host }) {
      const key = ["-newkey", algorithm, "-pkeyopt", option, "-nodes", "-keyout", "key.pem"];
      const content = [
        "-subj",
        "/CN=Example signer",
        "-days",
        "30",
        "-outform",
        "DER",
        "-out",
        "certificate.der",
      ];
      const certificate = await openssl(["req", "-x509", ...key, ...content], "certificate.der");
      const cer = Buffer.from(certificate).toString("base64");
      const rewrite = (body: unknown) => ({ ...Object(body), cer });
      emulator.addFault({ host, path: /^\/certificates\//, kind: "rewrite", rewrite });
      return {};
    },
    end: refused("describe-key", [SIGNER, /P-256, P-384 or P-521/, ...wanted]),
  };
}
