/** What the vault holds is right, in any order, and with more than is needed. */

import {
  CODE_SIGNING,
  ders,
  ISSUING_CA,
  inDays,
  type Made,
  makeCa,
  makeHierarchy,
  makeLeaf,
  purposes,
  ROOT,
  SIGNATURES_ONLY,
  STRANGER,
} from "./certificates.ts";
import { type ChainFamily, SIGNED, type Specimen } from "./chain-case.ts";
import { inChainFile, inPem, inVault, shuffled } from "./specimens.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** Each order, in both formats that a vault keeps certificates in. */
const ORDERS: readonly (readonly [title: string, order: (leaf: Made) => readonly Uint8Array[]])[] = [
  ["Leaf to root", ({ chain }) => chain],
  ["Root to leaf", ({ chain }) => chain.toReversed()],
  ["In no order", ({ chain }) => shuffled(chain)],
  ["Each certificate twice", ({ chain }) => [...chain, ...chain.toReversed()]],
  ["With a stranger's chain", ({ chain }) => [...strangersChain(), ...chain]],
  ["With the roots of strangers", ({ chain }) => [...strangersRoots(), ...chain, ...strangersRoots()]],
];

export const ORDER_SHAPES: ChainFamily = {
  title: "Order",
  introduction:
    "The vault holds the whole chain. Order does not matter, nor does what else there is: the leaf is the certificate whose key signed, and from " +
    "there on each certificate's issuer is looked for by its name and by the signature that it made.",
  cases: [
    ...ORDERS.flatMap(([title, order]) => [
      { title: `${title}, PKCS#12`, prepare: () => ordered(order), end: SIGNED },
      { title: `${title}, PEM`, prepare: () => inPem(ordered(order)), end: SIGNED },
    ]),
    {
      title: "Five CAs above the leaf, in no order",
      prepare: () => {
        const leaf = makeLeaf(deepCa(5));
        return inVault(leaf, shuffled(leaf.chain));
      },
      end: SIGNED,
    },
    {
      title: "No CA between leaf and root",
      prepare: () => inVault(makeLeaf(makeCa(ROOT))),
      end: SIGNED,
    },
    {
      title: "A self-signed certificate, and the chain of a stranger",
      prepare: () => {
        const leaf = makeLeaf(undefined);
        return inVault(leaf, [leaf.certificate, ...strangersChain()]);
      },
      end: SIGNED,
    },
    {
      title: "The key has two certificates, after a renewal",
      prepare: () => {
        const { issuingCa, leaf } = makeHierarchy({ leaf: { notBefore: inDays(-300) } });
        const renewed = makeLeaf(issuingCa, { privateKey: leaf.privateKey });
        return inVault(renewed, [leaf.certificate, ...renewed.chain]);
      },
      end: SIGNED,
    },
    {
      title: "The key has two certificates, and the newer one is for TLS",
      prepare: () => {
        const { issuingCa, leaf } = makeHierarchy({ leaf: { notBefore: inDays(-300) } });
        const { privateKey } = leaf;
        const forTls = makeLeaf(issuingCa, {
          privateKey,
          extensions: [SIGNATURES_ONLY, purposes(SERVER_AUTH)],
        });
        return inVault(leaf, [forTls.certificate, ...leaf.chain]);
      },
      end: SIGNED,
    },
    {
      title: "The key has two certificates, and the issuer of the newer one is missing",
      prepare: () => {
        const { leaf } = makeHierarchy({ leaf: { notBefore: inDays(-300) } });
        const newer = makeLeaf(makeCa(STRANGER), { privateKey: leaf.privateKey });
        return inVault(leaf, [newer.certificate, ...leaf.chain]);
      },
      end: SIGNED,
    },
    {
      title: "The key has two certificates, and one of them is self-signed",
      prepare: () => {
        const { leaf } = makeHierarchy({ leaf: { notBefore: inDays(-300) } });
        const selfSigned = makeLeaf(undefined, { privateKey: leaf.privateKey });
        return inVault(leaf, [selfSigned.certificate, ...leaf.chain]);
      },
      end: SIGNED,
    },
    {
      title: "The whole chain in a file, in no order",
      prepare: () => {
        const { leaf } = makeHierarchy();
        return inChainFile(leaf, [...strangersRoots(), ...shuffled(leaf.chain)]);
      },
      end: SIGNED,
    },
    {
      title: "The whole chain but for the root in a file",
      prepare: () => {
        const { leaf } = makeHierarchy();
        return { ...inChainFile(leaf, leaf.chain.slice(0, -1)), chain: leaf.chain.slice(0, -1) };
      },
      end: {
        kind: "refused",
        by: "describe-key",
        wanted: ["incomplete", ROOT, ISSUING_CA, /cert_chain file \S+chain\.pem/],
      },
    },
  ],
};

function ordered(order: (leaf: Made) => readonly Uint8Array[]): Specimen {
  const { leaf } = makeHierarchy();
  return inVault(leaf, order(leaf));
}

/** A root and further CAs one below the other. */
function deepCa(count: number): Made {
  let ca = makeCa("C=US, O=Deep, CN=Deep Root", { pathLength: count - 1 });
  for (let number = 2; number <= count; number += 1) {
    ca = makeCa(`C=US, O=Deep, CN=Deep CA ${number}`, { issuer: ca, pathLength: count - number });
  }
  return ca;
}

function strangersChain(): readonly Uint8Array[] {
  const ca = makeCa("C=US, O=Stranger, CN=Stranger CA", { issuer: makeCa(STRANGER) });
  return makeLeaf(ca, {
    subject: "C=US, O=Stranger, CN=stranger",
    extensions: [SIGNATURES_ONLY, CODE_SIGNING],
  }).chain;
}

function strangersRoots(): readonly Uint8Array[] {
  return ders(makeCa(STRANGER), makeCa("C=US, O=Another, CN=Another Root"));
}
