import { describe, expect, test } from "bun:test";
import { constants, createPublicKey, sign } from "node:crypto";
import { digestPayload, signatureAlgorithm, verifySignature } from "../../src/signature/algorithm.ts";
import { generatePrivateKey } from "../pki/index.ts";
import { expectError } from "./expect-error.ts";

const TABLE = [
  ["RSA-2048", "SHA-256", "RSASSA-PSS-SHA-256", "PS256", 32],
  ["RSA-3072", "SHA-384", "RSASSA-PSS-SHA-384", "PS384", 48],
  ["RSA-4096", "SHA-512", "RSASSA-PSS-SHA-512", "PS512", 64],
  ["EC-256", "SHA-256", "ECDSA-SHA-256", "ES256", 32],
  ["EC-384", "SHA-384", "ECDSA-SHA-384", "ES384", 48],
  ["EC-521", "SHA-512", "ECDSA-SHA-512", "ES512", 64],
] as const;
const payload = Buffer.from("what is signed");

describe.each(TABLE)("%s with %s", (keySpec, hashAlgorithm, signingAlgorithm, vaultAlgorithm, digestSize) => {
  test(`is ${signingAlgorithm}, ${vaultAlgorithm} in the vault`, () => {
    const algorithm = signatureAlgorithm(keySpec, hashAlgorithm);
    expect(algorithm).toMatchObject({ keySpec, hashAlgorithm, signingAlgorithm, vaultAlgorithm });
    expect(digestPayload(algorithm, payload)).toHaveLength(digestSize);
  });

  test("verifies the key's own signature over the payload and nothing else", async () => {
    const algorithm = signatureAlgorithm(keySpec, hashAlgorithm);
    const [privateKey, otherKey] = await Promise.all([
      generatePrivateKey(keySpec),
      generatePrivateKey(keySpec),
    ]);
    const publicKey = createPublicKey(privateKey);
    const signature = sign(algorithm.digest, payload, {
      key: privateKey,
      dsaEncoding: "ieee-p1363",
      ...(keySpec.startsWith("RSA") && {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }),
    });
    expect(verifySignature(algorithm, publicKey, payload, signature)).toBe(true);
    expect(verifySignature(algorithm, publicKey, Buffer.from("something else"), signature)).toBe(false);
    expect(verifySignature(algorithm, createPublicKey(otherKey), payload, signature)).toBe(false);
    // A digest that the vault would have hashed again.
    const twice = digestPayload(algorithm, payload);
    expect(verifySignature(algorithm, publicKey, twice, signature)).toBe(false);
  });
});

test.each(TABLE)("%s with another hash algorithm than %s is refused", async (keySpec, hashAlgorithm) => {
  for (const other of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    if (other !== hashAlgorithm) {
      await expectError(
        () => signatureAlgorithm(keySpec, other),
        "VALIDATION_ERROR",
        `keySpec ${keySpec} goes with hashAlgorithm ${hashAlgorithm}, but the request says ${other}`,
      );
    }
  }
});
