/** The demonstration where the Notation CLI cannot be had: the plugin contract by hand. */
import { constants, createHash, verify, X509Certificate } from "node:crypto";
import { startEmulator } from "../emulator/index.ts";
import { answerOf } from "../executable/run-plugin.ts";
import { note, step } from "./narration.ts";
import { makeSigningKey, showVaultCalls } from "./signing-key.ts";

/** Speaks to the plugin as Notation does and verifies what it returns. Throws when a step fails. */
export async function demonstrateWithoutNotation(): Promise<void> {
  const emulator = await startEmulator();
  try {
    const { keyId, principal } = await makeSigningKey(emulator);
    const env = { ...emulator.environment, ...principal.environment };
    const ask = async (command: string, request: object): Promise<unknown> => {
      note(`$ echo '${JSON.stringify(request)}' | notation-azure-kv ${command}`);
      const answer = await answerOf(command, request, { env });
      note(JSON.stringify(answer));
      return answer;
    };

    step("The plugin says who it is");
    await ask("get-plugin-metadata", {});

    step("The plugin describes the key");
    const key = { contractVersion: "1.0", keyId };
    await ask("describe-key", key);

    step("The plugin signs: the vault signs");
    const payload = Buffer.from("what is signed");
    const request = { keySpec: "RSA-3072", hashAlgorithm: "SHA-384", payload: payload.toString("base64") };
    const answer = await ask("generate-signature", { ...key, ...request });
    showVaultCalls(emulator);

    step("The signature and its certificate chain are verified");
    verifySignature(answer as SignatureAnswer, payload);
  } finally {
    await emulator.close();
  }
}

interface SignatureAnswer {
  readonly signature: string;
  readonly certificateChain: readonly string[];
}

/** RSASSA-PSS with SHA-384 by the leaf; each certificate's signature by the next one's key, the root's by its own. */
function verifySignature({ signature, certificateChain }: SignatureAnswer, payload: Uint8Array): void {
  const chain = certificateChain.map(
    (certificate) => new X509Certificate(Buffer.from(certificate, "base64")),
  );
  const [leaf] = chain;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  if (
    !leaf ||
    !verify("sha384", payload, { key: leaf.publicKey, ...pss }, Buffer.from(signature, "base64"))
  ) {
    throw new Error("the signature does not verify");
  }
  for (const [index, certificate] of chain.entries()) {
    if (!certificate.verify((chain[index + 1] ?? certificate).publicKey)) {
      throw new Error(`certificate ${index + 1} of the chain is not issued by the next`);
    }
    const digest = createHash("sha256").update(certificate.raw).digest("hex").slice(0, 16);
    note(`${certificate.subject.split("\n").join(", ")} (SHA-256 ${digest}…)`);
  }
  note("Successfully verified the signature: leaf, intermediate, root");
}
