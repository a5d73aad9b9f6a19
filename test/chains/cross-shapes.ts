/** CAs with more than one certificate: cross-certificates, loops, and roots that change their key. */
import {
  EXPIRED,
  ISSUING_CA,
  inDays,
  type Made,
  makeCa,
  makeHierarchy,
  makeLeaf,
  OTHER_ROOT,
  ROOT,
} from "./certificates.ts";
import { type ChainFamily, refused, SIGNED, type Specimen } from "./chain-case.ts";
import { inVault } from "./specimens.ts";

const NEW_ROOT = "C=US, O=Example, CN=Example New Root";
const LOOP_A = "C=US, O=Loop A, CN=Loop A Root";
const LOOP_B = "C=US, O=Loop B, CN=Loop B Root";

export const CROSS_SHAPES: ChainFamily = {
  title: "Cross-certificates",
  introduction:
    "A CA may have several certificates of one name and key, by different issuers. A way to a root that is there, and that Notation takes, is " +
    "found among them. Of several such ways, one whose certificates are valid comes first, then one to a root at once, then the newer one.",
  cases: [
    twoRoots(
      "The issuing CA has certificates of two roots, and both roots are there",
      {},
      ({ leaf, cross, roots }) =>
        inVault(leaf, [...cross.chain, ...leaf.chain, ...roots], [leaf.certificate, ...cross.chain]),
    ),
    twoRoots(
      "The issuing CA has certificates of two roots, and only the older one's root is there",
      {},
      (two) => inVault(two.leaf, [two.cross.certificate, ...two.leaf.chain]),
    ),
    twoRoots(
      "The issuing CA has certificates of two roots, and only the newer one's root is there",
      {},
      (two) => {
        const [leaf, issuingCa] = two.leaf.chain;
        const held = [leaf, issuingCa].flatMap((der) => der ?? []);
        return inVault(two.leaf, [...held, ...two.cross.chain], [two.leaf.certificate, ...two.cross.chain]);
      },
    ),
    twoRoots("The issuing CA has certificates of two roots, and one of them has expired", EXPIRED, (two) =>
      inVault(two.leaf, [...two.cross.chain, ...two.leaf.chain]),
    ),
    {
      title: "The issuing CA has certificates of two roots, and the one whose root is there has expired",
      prepare: () => {
        const { leaf, cross } = makeTwoRoots(EXPIRED);
        const held = [...leaf.chain.slice(0, 2), ...cross.chain];
        return inVault(leaf, held, [leaf.certificate, ...cross.chain]);
      },
      end: refused(`CA certificate "${ISSUING_CA}"`, "expired on 2021-01-01"),
    },
    {
      title: "A root, and its cross-certificate by an older root that is there, too",
      prepare: () => {
        const { leaf, cross } = makeNewRoot();
        return inVault(leaf, [...cross.chain, ...leaf.chain.toReversed()]);
      },
      end: SIGNED,
    },
    {
      title: "The cross-certificate of a root by an older root, without the new root itself",
      prepare: () => {
        const { leaf, cross } = makeNewRoot();
        const chain = [...leaf.chain.slice(0, 2), ...cross.chain];
        return inVault(leaf, chain.toReversed(), chain);
      },
      end: SIGNED,
    },
    {
      title: "The cross-certificate of a root by an older root, and the new root itself has expired",
      prepare: () => {
        const { leaf, cross } = makeNewRoot(EXPIRED);
        return inVault(leaf, [...leaf.chain, ...cross.chain], [...leaf.chain.slice(0, 2), ...cross.chain]);
      },
      end: SIGNED,
    },
    {
      title: "The cross-certificate of a root, and neither root",
      prepare: () => {
        const { leaf, cross } = makeNewRoot();
        const chain = [...leaf.chain.slice(0, 2), cross.certificate];
        return inVault(leaf, chain, chain);
      },
      end: refused("incomplete", NEW_ROOT, OTHER_ROOT),
    },
    {
      title: "A root has changed its key, and its old key signed the new one",
      prepare: () => {
        const old = makeCa(ROOT, { notBefore: inDays(-3000) });
        const leaf = makeLeaf(makeCa(ISSUING_CA, { issuer: makeCa(ROOT, { issuer: old }) }));
        return inVault(leaf, leaf.chain.toReversed());
      },
      end: SIGNED,
    },
    {
      title: "Two CAs that certify each other, with a way out to a root",
      prepare: () => {
        const { leaf, a, b } = makeLoop();
        const wayOut = makeCa(LOOP_B, {
          issuer: makeCa(ROOT),
          privateKey: b.privateKey,
          notBefore: inDays(-300),
        });
        const chain = [leaf.certificate, a.certificate, ...wayOut.chain];
        return inVault(leaf, [leaf.certificate, a.certificate, b.certificate, ...wayOut.chain], chain);
      },
      end: SIGNED,
    },
    {
      title: "Two CAs that certify each other, and no root",
      prepare: () => {
        const { leaf, a, b } = makeLoop();
        const chain = [leaf.certificate, a.certificate, b.certificate];
        return inVault(leaf, chain, chain);
      },
      end: refused("incomplete", LOOP_A, LOOP_B, /^(?!.*does not verify)/s, /^(?!.*does not hold)/s),
    },
  ],
};

interface TwoRoots {
  /** Its chain leads to the older certificate's root. */
  readonly leaf: Made;
  /** The issuing CA by the other root. */
  readonly cross: Made;
  readonly roots: readonly Uint8Array[];
}

function twoRoots(
  title: string,
  ofCross: Parameters<typeof makeTwoRoots>[0],
  specimenOf: (two: TwoRoots) => Specimen,
) {
  return { title, prepare: () => specimenOf(makeTwoRoots(ofCross)), end: SIGNED };
}

function makeTwoRoots(ofCross: { readonly notBefore?: Date; readonly notAfter?: Date }): TwoRoots {
  const { root, issuingCa, leaf } = makeHierarchy({ issuingCa: { notBefore: inDays(-300) } });
  const otherRoot = makeCa(OTHER_ROOT);
  const { privateKey } = issuingCa;
  const cross = makeCa(ISSUING_CA, { issuer: otherRoot, privateKey, ...ofCross });
  return { leaf, cross, roots: [root.certificate, otherRoot.certificate] };
}

/** A chain up to a new root, and that root's certificate by another one. */
function makeNewRoot(ofRoot: { readonly notBefore?: Date; readonly notAfter?: Date } = {}) {
  const newRoot = makeCa(NEW_ROOT, { notBefore: inDays(-300), ...ofRoot });
  const leaf = makeLeaf(makeCa(ISSUING_CA, { issuer: newRoot }));
  const cross = makeCa(NEW_ROOT, { issuer: makeCa(OTHER_ROOT), privateKey: newRoot.privateKey });
  return { leaf, cross };
}

/** A leaf of A; A is certified by B, and B by A. */
function makeLoop() {
  const rootA = makeCa(LOOP_A);
  const rootB = makeCa(LOOP_B);
  const a = makeCa(LOOP_A, { issuer: rootB, privateKey: rootA.privateKey });
  const b = makeCa(LOOP_B, { issuer: rootA, privateKey: rootB.privateKey });
  return { a, b, leaf: makeLeaf(a) };
}
