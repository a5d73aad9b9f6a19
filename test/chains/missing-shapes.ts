/** There is no way to a root. */
import { utf8Name } from "../pki/shaped.ts";
import {
  CA_USAGE,
  CODE_SIGNING,
  caConstraints,
  ISSUING_CA,
  issuerAt,
  makeCa,
  makeHierarchy,
  makeLeaf,
  ROOT,
  SIGNATURES_ONLY,
} from "./certificates.ts";
import { type ChainCase, type ChainFamily, refused, type Words } from "./chain-case.ts";
import { inFile, inVault } from "./specimens.ts";

const ISSUING_CA_ADDRESS = "http://pki.example.com/issuing-ca.cer";
const SECOND_ADDRESS = "http://pki2.example.com/issuing-ca.p7c";
const ROOT_ADDRESS = "http://pki.example.com/root.cer";
const OF_NO_USE = "ldap://directory.example.com/cn=issuing-ca";

/** The command that fetches what is missing. */
const FETCH = /notation-azure-kv certs --id \S+\/keys\/\S+ --fetch-issuers > chain\.pem/;

export const MISSING_SHAPES: ChainFamily = {
  title: "Something is missing",
  introduction:
    "A chain ends in a self-signed root. The message names the issuer that is missing and, where the certificate that it issued says so, the " +
    "address where it can be had; nothing is fetched while signing. Notation is shown the part of the chain that there is.",
  cases: [
    missing("The issuing CA", { held: [0, 2], wanted: [ISSUING_CA] }),
    missing("The root", { held: [0, 1], wanted: [`issuer of "${ISSUING_CA}"`, ROOT] }),
    missing("All but the leaf", { held: [0], wanted: [ISSUING_CA, "certificates there: 1"] }),
    missing("The issuing CA, and the leaf says where it can be had", {
      held: [0, 2],
      ofLeaf: [ISSUING_CA_ADDRESS],
      wanted: [ISSUING_CA, ISSUING_CA_ADDRESS, FETCH],
    }),
    missing("The issuing CA, and the leaf says two places where it can be had", {
      held: [0],
      ofLeaf: [ISSUING_CA_ADDRESS, SECOND_ADDRESS],
      wanted: [ISSUING_CA_ADDRESS, SECOND_ADDRESS, FETCH],
    }),
    missing("The issuing CA, and the leaf says a place in a directory alone", {
      held: [0],
      ofLeaf: [OF_NO_USE],
      wanted: [ISSUING_CA, /^(?!.*fetch-issuers)/s],
    }),
    missing("The root, and the issuing CA's certificate says where it can be had", {
      held: [0, 1],
      ofCa: [ROOT_ADDRESS],
      wanted: [ROOT, ROOT_ADDRESS, FETCH],
    }),
    {
      title: "The issuing CA is missing in the file of `ca_certs`, and the leaf says where it can be had",
      prepare: () => {
        const { root, leaf } = makeWithAddresses([ISSUING_CA_ADDRESS], []);
        return inFile(leaf, [root.certificate], { chain: [leaf.certificate] });
      },
      end: refused("incomplete", ISSUING_CA, ISSUING_CA_ADDRESS, /ca_certs file \S+\/ca\.pem/, FETCH),
    },
    {
      title: "The root is missing in the file of `ca_certs`",
      prepare: () => {
        const { leaf } = makeHierarchy();
        return inFile(leaf, leaf.chain.slice(1, 2), { chain: leaf.chain.slice(0, 2) });
      },
      end: refused("incomplete", ISSUING_CA, ROOT, /ca_certs file \S+\/ca\.pem/),
    },
    {
      title: "The issuing CA's name is encoded otherwise in the leaf",
      prepare: () => {
        const issuerName = utf8Name([
          ["C", "US"],
          ["O", "Example"],
          ["CN", "Example Code Signing CA"],
        ]);
        const { leaf } = makeHierarchy({ leaf: { issuerName } });
        return inVault(leaf);
      },
      end: refused(ISSUING_CA, /encod/),
    },
  ],
};

interface Missing {
  /** What of leaf, issuing CA and root is there. */
  readonly held: readonly number[];
  readonly ofLeaf?: readonly string[];
  readonly ofCa?: readonly string[];
  readonly wanted: Words;
}

function missing(title: string, { held, ofLeaf = [], ofCa = [], wanted }: Missing): ChainCase {
  return {
    title,
    prepare: () => {
      const { chain, ...leaf } = makeWithAddresses(ofLeaf, ofCa).leaf;
      const there = held.flatMap((index) => chain.slice(index, index + 1));
      const path = chain.slice(0, held.includes(1) ? 2 : 1);
      return inVault({ ...leaf, chain }, there, path);
    },
    end: refused("incomplete", ...wanted),
  };
}

function makeWithAddresses(ofLeaf: readonly string[], ofCa: readonly string[]) {
  const root = makeCa(ROOT);
  const addresses = (of: readonly string[]) => (of.length === 0 ? [] : [issuerAt(...of)]);
  const extensions = [caConstraints(), CA_USAGE, ...addresses(ofCa)];
  const issuingCa = makeCa(ISSUING_CA, { issuer: root, extensions });
  const leaf = makeLeaf(issuingCa, { extensions: [SIGNATURES_ONLY, CODE_SIGNING, ...addresses(ofLeaf)] });
  return { root, leaf };
}
