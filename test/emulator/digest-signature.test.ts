import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { constants, createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeySpec } from "../pki/index.ts";
import { send } from "./client.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

const MESSAGE = Buffer.from("the payload of a signature envelope");

let signing: SigningVault;

beforeAll(async () => {
  signing = await openSigningVault();
});

afterAll(() => signing.close());

async function signatureOf(name: string, alg: string, digest: Buffer): Promise<Buffer> {
  const body = JSON.stringify({ alg, value: digest.toString("base64url") });
  const url = `${signing.vault.url}/keys/${name}/sign?${VERSION}`;
  const { status, json } = await send(signing.emulator, url, {
    method: "POST",
    headers: signing.headers,
    body,
  });
  expect(status).toBe(200);
  return Buffer.from((json as { value: string }).value, "base64url");
}

describe("signing a digest", () => {
  const cases: readonly (readonly [KeySpec, string, string, "pss" | "pkcs1" | "ecdsa"])[] = [
    ["RSA-2048", "PS256", "sha256", "pss"],
    ["RSA-3072", "PS384", "sha384", "pss"],
    ["RSA-4096", "PS512", "sha512", "pss"],
    ["RSA-2048", "PS512", "sha512", "pss"],
    ["RSA-2048", "RS256", "sha256", "pkcs1"],
    ["RSA-3072", "RS384", "sha384", "pkcs1"],
    ["RSA-2048", "RS512", "sha512", "pkcs1"],
    ["EC-256", "ES256", "sha256", "ecdsa"],
    ["EC-384", "ES384", "sha384", "ecdsa"],
    ["EC-521", "ES512", "sha512", "ecdsa"],
  ];
  test.each([...cases])(
    "%s by %s verifies over the message hashed once",
    async (keySpec, alg, hash, scheme) => {
      const name = `${keySpec}-${alg}`;
      const { certificate } = await signing.importLeaf(name, keySpec);
      const digest = createHash(hash).update(MESSAGE).digest();
      const signature = await signatureOf(name, alg, digest);
      const { publicKey } = new X509Certificate(certificate);
      expect(verifyNatively(publicKey, MESSAGE, signature, hash, scheme)).toBe(true);
      expect(verifyByOpenssl(publicKey, MESSAGE, signature, hash, scheme)).toBe(true);
      // Hashed twice it would verify over the digest as a message; another message must fail.
      expect(verifyNatively(publicKey, digest, signature, hash, scheme)).toBe(false);
      expect(verifyByOpenssl(publicKey, Buffer.from("other"), signature, hash, scheme)).toBe(false);
    },
    30_000,
  );

  test("ECDSA is r||s of the curve's width", async () => {
    const widths = {
      "EC-256": [64, "ES256", 32],
      "EC-384": [96, "ES384", 48],
      "EC-521": [132, "ES512", 64],
    } as const;
    for (const [keySpec, [width, alg, length]] of Object.entries(widths)) {
      await signing.importLeaf(`width-${keySpec}`, keySpec as KeySpec);
      expect(await signatureOf(`width-${keySpec}`, alg, Buffer.alloc(length, 1))).toHaveLength(width);
    }
  });
});

function verifyNatively(
  key: KeyObject,
  message: Buffer,
  signature: Buffer,
  hash: string,
  scheme: string,
): boolean {
  if (scheme === "ecdsa") {
    return verify(hash, message, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
  const padding = scheme === "pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = createHash(hash).digest().length;
  return verify(hash, message, { key, padding, ...(scheme === "pss" && { saltLength }) }, signature);
}

function verifyByOpenssl(
  key: KeyObject,
  message: Buffer,
  signature: Buffer,
  hash: string,
  scheme: string,
): boolean {
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(signing.folder, name), content);
    return join(signing.folder, name);
  };
  const pem = file("public.pem", key.export({ format: "pem", type: "spki" }));
  const signed = file("signature", scheme === "ecdsa" ? toDerSignature(signature) : signature);
  const options = scheme === "pss" ? ["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"] : [];
  const args = ["dgst", `-${hash}`, "-verify", pem, ...options.flatMap((option) => ["-sigopt", option])];
  try {
    execFileSync("openssl", [...args, "-signature", signed], { input: message, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** ECDSA-Sig-Value, which openssl wants: RFC 3279, section 2.2.3. */
function toDerSignature(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const integers = [signature.subarray(0, half), signature.subarray(half)].map((bytes) => {
    const hex = bytes.toString("hex").replace(/^(?:00)+(?=..)/, "");
    const value = Buffer.from(/^[89a-f]/.test(hex) ? `00${hex}` : hex, "hex");
    return Buffer.concat([Buffer.of(0x02, value.length), value]);
  });
  const content = Buffer.concat(integers);
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x81, content.length);
  return Buffer.concat([Buffer.of(0x30), length, content]);
}
