/** Requests to sign, and what an answer must be: shared by the tests of the executable. */
import { expect } from "bun:test";
import { constants, verify, X509Certificate } from "node:crypto";
import type { KeySpec } from "../pki/index.ts";
import { answerOf, executable, type PluginCommand } from "./run-plugin.ts";

/** Hash and signing algorithm by key spec. */
const ALGORITHMS = {
  "RSA-2048": ["SHA-256", "RSASSA-PSS-SHA-256"],
  "RSA-3072": ["SHA-384", "RSASSA-PSS-SHA-384"],
  "RSA-4096": ["SHA-512", "RSASSA-PSS-SHA-512"],
  "EC-256": ["SHA-256", "ECDSA-SHA-256"],
  "EC-384": ["SHA-384", "ECDSA-SHA-384"],
  "EC-521": ["SHA-512", "ECDSA-SHA-512"],
} as const;

const PAYLOAD = Buffer.from("what is signed, with an umlaut: ü");

/** A request of describe-key. */
export function describeRequest(keyId: string, pluginConfig = {}): object {
  return { contractVersion: "1.0", keyId, pluginConfig };
}

/** A request of generate-signature. */
export function signRequest(keyId: string, keySpec: KeySpec, pluginConfig = {}): object {
  return {
    ...describeRequest(keyId, pluginConfig),
    keySpec,
    hashAlgorithm: ALGORITHMS[keySpec][0],
    payload: PAYLOAD.toString("base64"),
  };
}

interface Signed {
  readonly keyId: string;
  readonly signature: string;
  readonly signingAlgorithm: string;
  readonly certificateChain: readonly string[];
}

export interface SignOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly pluginConfig?: Readonly<Record<string, string>>;
  readonly plugin?: PluginCommand;
}

/** Signs, and holds the answer to the contract: key identifier, algorithm, chain, and a signature that verifies. */
export async function expectSigned(
  keyId: string,
  keySpec: KeySpec,
  chain: readonly Uint8Array[],
  { env, pluginConfig = {}, plugin = executable }: SignOptions,
): Promise<void> {
  const request = signRequest(keyId, keySpec, pluginConfig);
  const { signature, certificateChain, ...rest } = (await answerOf("generate-signature", request, {
    env,
    plugin,
  })) as Signed;
  expect(rest).toEqual({ keyId, signingAlgorithm: ALGORITHMS[keySpec][1] });
  expect(certificateChain).toEqual(chain.map((der) => Buffer.from(der).toString("base64")));
  const leaf = new X509Certificate(Buffer.from(certificateChain[0] ?? "", "base64"));
  const hash = ALGORITHMS[keySpec][0].replace("-", "").toLowerCase();
  const scheme = keySpec.startsWith("RSA")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: "ieee-p1363" as const };
  expect(verify(hash, PAYLOAD, { key: leaf.publicKey, ...scheme }, Buffer.from(signature, "base64"))).toBe(
    true,
  );
}

/** The value of a map that must have it. */
export function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) {
    throw new Error(`there is no ${String(key)}`);
  }
  return value;
}
