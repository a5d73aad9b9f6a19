/** Several certificates of one name: namesakes with other keys, renewed ones, and ways of which only one is right. */
import {
  CA_USAGE,
  type CaDifference,
  caConstraints,
  EXPIRED,
  ISSUING_CA,
  inDays,
  type Made,
  makeCa,
  makeHierarchy,
  makeLeaf,
  NOT_YET_VALID,
  OTHER_ROOT,
  POLICY_CA,
  ROOT,
} from "./certificates.ts";
import { type ChainCase, type ChainFamily, refused, SIGNED } from "./chain-case.ts";
import { inVault } from "./specimens.ts";

export const NAMESAKE_SHAPES: ChainFamily = {
  title: "Namesakes",
  introduction:
    "Two CAs may have one name and different keys. A name alone makes no issuer: the signature must verify with its key.",
  cases: [
    namesake("A namesake of the issuing CA with another key, after it", false, {}),
    namesake("A namesake of the issuing CA with another key, before it", true, {}),
    namesake("A namesake, and no key identifiers in any certificate, after it", false, {
      keyIdentifiers: false,
    }),
    namesake("A namesake, and no key identifiers in any certificate, before it", true, {
      keyIdentifiers: false,
    }),
    {
      title: "Two roots of one name with different keys",
      prepare: () => {
        const { leaf } = makeHierarchy();
        return inVault(leaf, [makeCa(ROOT).certificate, ...leaf.chain]);
      },
      end: SIGNED,
    },
    {
      title: "Only a namesake of the issuing CA, with another key",
      prepare: () => {
        const { root, leaf } = makeHierarchy();
        const other = makeCa(ISSUING_CA, { issuer: root });
        return inVault(leaf, [leaf.certificate, ...other.chain], [leaf.certificate]);
      },
      end: refused("incomplete", ISSUING_CA, "a certificate of that name", "does not verify with its key"),
    },
    {
      title: "Only a namesake of the root, with another key",
      prepare: () => {
        const { leaf } = makeHierarchy();
        const chain = leaf.chain.slice(0, 2);
        return inVault(leaf, [...chain, makeCa(ROOT).certificate], chain);
      },
      end: refused("incomplete", ROOT, "a certificate of that name", "does not verify with its key"),
    },
  ],
};

export const WAY_SHAPES: ChainFamily = {
  title: "Several ways to a root",
  introduction:
    "Where one way to a root is none that Notation takes, and another one is, the chain goes the other way.",
  cases: [
    renewed("The issuing CA's certificate has expired, and a renewed one is there", EXPIRED),
    renewed("The issuing CA's certificate is not valid yet, and the one before it is there", NOT_YET_VALID),
    renewed("The issuing CA's certificate was once without basicConstraints", { extensions: [CA_USAGE] }),
    renewed("The issuing CA's certificate was once without a key usage", { extensions: [caConstraints()] }),
    {
      title: "A path length forbids the longer of two ways",
      prepare: () => {
        const policyCa = makeCa(POLICY_CA, { issuer: makeCa(ROOT), pathLength: 0 });
        return twoWays(makeCa(ISSUING_CA, { issuer: policyCa }));
      },
      end: SIGNED,
    },
    {
      title: "The root of the shorter of two ways has expired",
      prepare: () => {
        const newer = makeCa(ISSUING_CA, { issuer: makeCa(OTHER_ROOT, EXPIRED) });
        const { privateKey } = newer;
        const policyCa = makeCa(POLICY_CA, { issuer: makeCa(ROOT) });
        const older = makeCa(ISSUING_CA, { issuer: policyCa, privateKey, notBefore: inDays(-300) });
        const leaf = makeLeaf(older);
        return inVault(leaf, [...newer.chain, ...leaf.chain]);
      },
      end: SIGNED,
    },
    {
      title: "A path length forbids a way by two CAs, and allows the same certificate by one",
      prepare: () => {
        const top = makeCa("C=US, O=Example, CN=Example Top CA", { issuer: makeCa(ROOT), pathLength: 1 });
        return twoWays(makeCa(ISSUING_CA, { issuer: makeCa(POLICY_CA, { issuer: top }) }), top);
      },
      end: SIGNED,
    },
    {
      title: "An expired certificate of the issuing CA, and no other",
      prepare: () => inVault(makeHierarchy({ issuingCa: EXPIRED }).leaf),
      end: refused(`CA certificate "${ISSUING_CA}"`, "expired on 2021-01-01"),
    },
  ],
};

function namesake(title: string, before: boolean, difference: CaDifference): ChainCase {
  return {
    title,
    prepare: () => {
      const { root, leaf } = makeHierarchy({ root: difference, issuingCa: difference, leaf: difference });
      const other = makeCa(ISSUING_CA, { issuer: root, ...difference }).certificate;
      return inVault(leaf, before ? [other, ...leaf.chain] : [...leaf.chain, other]);
    },
    end: SIGNED,
  };
}

/** The same CA and key once more, in a certificate that is of no use. */
function renewed(title: string, ofOther: CaDifference): ChainCase {
  return {
    title,
    prepare: () => {
      const { root, issuingCa, leaf } = makeHierarchy({ issuingCa: { notBefore: inDays(-300) } });
      const other = makeCa(ISSUING_CA, { issuer: root, privateKey: issuingCa.privateKey, ...ofOther });
      return inVault(leaf, [other.certificate, ...leaf.chain]);
    },
    end: SIGNED,
  };
}

/** A CA whose newer certificate leads by a way that is forbidden; the older one leads to this issuer at once. */
function twoWays(newer: Made, issuer = makeCa(OTHER_ROOT)) {
  const { privateKey } = newer;
  const leaf = makeLeaf(makeCa(ISSUING_CA, { issuer, privateKey, notBefore: inDays(-300) }));
  return inVault(leaf, [...newer.chain, ...leaf.chain]);
}
