/**
 * A plugin of the Notation CLI that hands over the chain that it is given, unchecked: what Notation then says is its own
 * verdict on that chain. Knows nothing of the product. The file that `--plugin-config chain=<file>` names is a
 * `ReferenceChain` in JSON.
 */
import { constants, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

/** A chain, and the key that signs for it. */
export interface ReferenceChain {
  /** PKCS#8 in PEM. */
  readonly privateKey: string;
  readonly keySpec: "RSA-2048" | "EC-256";
  /** Base64 of DER, leaf first. */
  readonly certificateChain: readonly string[];
}

interface Request {
  readonly keyId: string;
  readonly pluginConfig: { readonly chain: string };
  readonly payload: string;
}

const SIGNING_ALGORITHMS = { "RSA-2048": "RSASSA-PSS-SHA-256", "EC-256": "ECDSA-SHA-256" } as const;

function answer(command: string | undefined): object {
  const { keyId, pluginConfig, payload }: Request = JSON.parse(readFileSync(0, "utf8"));
  if (command === "get-plugin-metadata") {
    return {
      name: "reference",
      description: "Hands over the chain that it is given",
      version: "1.0.0",
      url: "https://example.com",
      supportedContractVersions: ["1.0"],
      capabilities: ["SIGNATURE_GENERATOR.RAW"],
    };
  }
  const { privateKey, keySpec, certificateChain }: ReferenceChain = JSON.parse(
    readFileSync(pluginConfig.chain, "utf8"),
  );
  if (command === "describe-key") {
    return { keyId, keySpec };
  }
  const scheme = keySpec.startsWith("RSA")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: "ieee-p1363" as const };
  const key = { key: createPrivateKey(privateKey), ...scheme };
  const signature = sign("sha256", Buffer.from(payload, "base64"), key).toString("base64");
  return { keyId, signature, signingAlgorithm: SIGNING_ALGORITHMS[keySpec], certificateChain };
}

process.stdout.write(JSON.stringify(answer(process.argv[2])));
