/** The chain of a public CA whose code signing root is cross-certified by an older root: GlobalSign's, in shape and names. */
import { orderOfMerge } from "../emulator/vault/stored-order.ts";
import { inDays, type Made, makeCa, makeLeaf } from "./certificates.ts";
import { type ChainCase, type ChainFamily, SIGNED, type Specimen } from "./chain-case.ts";
import { inFile, inVault } from "./specimens.ts";

const R6 = "OU=GlobalSign Root CA - R6, O=GlobalSign, CN=GlobalSign";
const R45 = "C=BE, O=GlobalSign nv-sa, CN=GlobalSign Code Signing Root R45";
const ISSUING = "C=BE, O=GlobalSign nv-sa, CN=GlobalSign GCC R45 CodeSigning CA 2020";

interface GlobalSign {
  readonly r6: Made;
  readonly r45: Made;
  /** R45, issued by R6. */
  readonly crossCertificate: Made;
  /** Its chain leads to R45. */
  readonly leaf: Made;
}

export const GLOBALSIGN_SHAPES: ChainFamily = {
  title: "GlobalSign",
  introduction:
    "The code signing root R45 is a root of its own, and the older root R6 has cross-certified it. The chain ends in R45 where R45 is there, and " +
    "else in R6: that root belongs into the trust store of whoever verifies (`notation cert add`), and with it each signature below verified " +
    "under a strict trust policy with the leaf's subject.",
  cases: [
    globalSign("Leaf, issuing CA, root R45: imported", ({ leaf, r45 }) => ({
      ...inVault(leaf),
      trustedRoot: r45.certificate,
    })),
    globalSign("Leaf, issuing CA, root R45: merged, and kept root first", ({ leaf, r45 }) => ({
      ...inVault(leaf, orderOfMerge(leaf.certificate, leaf.chain)),
      trustedRoot: r45.certificate,
    })),
    globalSign("Leaf, issuing CA, R45 by R6, root R6: imported", (all) => {
      const chain = chainToR6(all);
      return { ...inVault(all.leaf, chain, chain), trustedRoot: all.r6.certificate };
    }),
    globalSign("Leaf, issuing CA, R45 by R6, root R6: merged, and kept root first", (all) => {
      const chain = chainToR6(all);
      const held = orderOfMerge(all.leaf.certificate, chain);
      return { ...inVault(all.leaf, held, chain), trustedRoot: all.r6.certificate };
    }),
    globalSign("All five certificates: the chain ends in R45", ({ leaf, crossCertificate, r45 }) => ({
      ...inVault(leaf, [...leaf.chain, ...crossCertificate.chain]),
      trustedRoot: r45.certificate,
    })),
    globalSign("The leaf alone, and the file that GlobalSign gives with it", (all) => {
      const chain = chainToR6(all);
      return { ...inFile(all.leaf, chain.slice(1), { chain }), trustedRoot: all.r6.certificate };
    }),
  ],
};

function globalSign(title: string, specimenOf: (all: GlobalSign) => Specimen): ChainCase {
  return { title, prepare: () => specimenOf(makeGlobalSign()), end: SIGNED };
}

function makeGlobalSign(): GlobalSign {
  const r6 = makeCa(R6, { notBefore: inDays(-4000), notAfter: inDays(3000) });
  const r45 = makeCa(R45, { notBefore: inDays(-2400), notAfter: inDays(6000) });
  const { privateKey } = r45;
  const crossCertificate = makeCa(R45, { issuer: r6, privateKey, notBefore: inDays(-2300) });
  const issuing = makeCa(ISSUING, { issuer: r45, notBefore: inDays(-2200), pathLength: 0 });
  return { r6, r45, crossCertificate, leaf: makeLeaf(issuing) };
}

function chainToR6({ leaf, crossCertificate }: GlobalSign): readonly Uint8Array[] {
  return [...leaf.chain.slice(0, 2), ...crossCertificate.chain];
}
