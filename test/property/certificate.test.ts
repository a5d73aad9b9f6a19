/**
 * Certificates as a vault shows them: whatever it answers, describe-key tells a key spec or refuses. By the rooms
 * vault and certificate with the SDK, on a network of this process.
 */
import { test } from "bun:test";
import { parseCertificate } from "../../src/certificate/certificate.ts";
import { keySpecOf } from "../../src/certificate/key-spec.ts";
import { findViolations, violationError } from "../../src/requirements/requirements.ts";
import { getVaultCertificate } from "../../src/vault/certificate.ts";
import { createSelfSigned, KEY_SPECS } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";
import { changedAsn1 } from "./asn1-mutation.ts";
import { checkError, encodeThrown } from "./contract.ts";
import { certificateBundle, challengeThen, createFakeVault, KEY } from "./fake-vault.ts";
import { checkProperty } from "./property.ts";

const LIMIT_MS = 300_000;
const SAMPLE_LIMIT_MS = 5000;
const TOKEN = "a token";

/** Keys that the Notary Project has no key spec for. */
const OTHER_KEYS = [
  ["-newkey", "rsa:1024"],
  ["-newkey", "ed25519"],
  ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
] as const;

function otherCertificate(options: readonly string[]): Promise<Uint8Array> {
  const args = [
    "req",
    "-x509",
    ...options,
    "-nodes",
    "-subj",
    "/CN=other",
    "-keyout",
    "k.pem",
    "-outform",
    "DER",
  ];
  return openssl([...args, "-out", "c.der"], "c.der");
}

async function judge(der: Uint8Array): Promise<string> {
  const { vault } = createFakeVault(challengeThen(certificateBundle(der)), TOKEN);
  try {
    const answer = await getVaultCertificate(vault, KEY);
    const leaf = parseCertificate(answer.der, "the certificate");
    const refused = violationError(await findViolations([leaf], Date.now()), () => "have it issued again");
    if (refused !== undefined) {
      throw refused;
    }
    const keySpec = keySpecOf(leaf);
    return keySpec !== undefined && KEY_SPECS.includes(keySpec) ? "key spec" : `no key spec: ${keySpec}`;
  } catch (error) {
    return checkError(encodeThrown(error), () => 0).errorCode;
  }
}

test(
  "a changed certificate is described or refused",
  async () => {
    const certificates = await Promise.all([
      ...KEY_SPECS.map(
        async (keySpec) => (await createSelfSigned({ subject: "CN=signer", keySpec })).certificate,
      ),
      ...OTHER_KEYS.map(otherCertificate),
    ]);
    await checkProperty("certificates of a vault", changedAsn1(certificates), {
      judge,
      expected: ["key spec", "VALIDATION_ERROR", "ERROR"],
      limitMs: SAMPLE_LIMIT_MS,
      show: (der) => der.toString("base64"),
    });
  },
  LIMIT_MS,
);
