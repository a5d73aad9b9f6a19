/** From what a vault or a file holds to the chain of a signature: shared by the properties of PEM and of PKCS#12. */
import { createHash, sign } from "node:crypto";
import type { FindCertificates } from "../../src/certificate-source/found-certificates.ts";
import { signingChain } from "../../src/chain/signing-chain.ts";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import type { Vault } from "../../src/vault/vault.ts";
import type { SecretSearch } from "../e2e/private-key-search.ts";
import { createCertificateAuthority, type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { checkError, encodeThrown } from "./contract.ts";
import { KEY } from "./fake-vault.ts";
import { createSearch } from "./secrets.ts";

/** A leaf below an intermediate, and a signature of its key. */
export interface SignedLeaf {
  readonly leaf: IssuedCertificate;
  /** A certificate that has nothing to do with it. */
  readonly stranger: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly searchIn: SecretSearch;
}

const ALGORITHM = signatureAlgorithm("EC-256", "SHA-256");

/** Makes the certificates and the signature. */
export async function createSignedLeaf(): Promise<SignedLeaf> {
  const [root, other] = await Promise.all(
    ["CN=Root", "CN=Stranger"].map((subject) => createCertificateAuthority({ subject })),
  );
  if (root === undefined || other === undefined) {
    throw new Error("no authorities");
  }
  const issuer = await createCertificateAuthority({ subject: "CN=Issuing", issuer: root });
  const leaf = await issueLeaf({ subject: "CN=signer", issuer });
  const payload = createHash("sha256").update("what is signed").digest();
  const { privateKey } = leaf;
  const signature = sign("sha256", payload, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { leaf, stranger: other.certificate, payload, signature, searchIn: createSearch([privateKey], []) };
}

/**
 * Finds the certificates and the chain as generate-signature does. Returns `chain` where that is the leaf's one chain,
 * and the error code of a refusal. Throws for anything else: a wrong chain above all.
 */
export async function judgeChain(
  { leaf, payload, signature, searchIn }: SignedLeaf,
  vault: Vault,
  find: () => Promise<FindCertificates>,
): Promise<string> {
  let chain: readonly Uint8Array[];
  try {
    const found = await (await find())(vault, KEY);
    chain = (await signingChain(found, ALGORITHM, payload, signature)).map(({ der }) => der);
  } catch (error) {
    return checkError(encodeThrown(error), searchIn).errorCode;
  }
  if (!Buffer.concat(chain).equals(Buffer.concat(leaf.chain))) {
    throw new Error(`a wrong chain: ${chain.map((der) => Buffer.from(der).toString("base64")).join(" ")}`);
  }
  return "chain";
}
