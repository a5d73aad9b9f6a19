import type { Certificate } from "../../src/certificate/certificate.ts";
import type { CertificateBag } from "../../src/chain/certificate-bag.ts";
import { describeIncompleteChain } from "../../src/chain/incomplete-chain.ts";
import { PluginError, validationError } from "../../src/error/plugin-error.ts";

/** A bag for tests of chains, with words of its own. */
export function toldBag(
  leafCandidates: readonly Certificate[],
  bag: readonly Certificate[] = leafCandidates,
): CertificateBag {
  return {
    leafCandidates,
    bag,
    incomplete: (path) => validationError(describeIncompleteChain(path, bag, "the bag"), "complete it"),
    ofAnotherKey: ({ x509 }) => new PluginError("ERROR", `of another key than ${x509.subject}`),
    renewLeaf: (_leaf, policy) => `renew it by ${JSON.stringify(policy ?? {})}`,
  };
}
