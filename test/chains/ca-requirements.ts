/** CA certificates that break, or just keep, one of the Notary Project's requirements each: the issuing CA's, and the root's. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import {
  CA_USAGE,
  type CaDifference,
  caConstraints,
  EXPIRED,
  ISSUING_CA,
  keyUsage,
  makeCa,
  makeHierarchy,
  makeLeaf,
  NOT_YET_VALID,
  POLICY_CA,
  purposes,
  ROOT,
} from "./certificates.ts";
import {
  type ChainCase,
  type ChainFamily,
  refused,
  refusedAtOnce,
  SIGNED,
  type Words,
} from "./chain-case.ts";
import { inChainFile, inVault } from "./specimens.ts";

const { digitalSignature, keyCertSign, cRLSign, keyEncipherment } = x509.KeyUsageFlags;
const SERVER_AUTH = purposes("1.3.6.1.5.5.7.3.1");

/** A rule, and what breaks or keeps it; the words are undefined where it is kept. */
type Row = readonly [title: string, difference: CaDifference, wanted?: Words];

/** For the issuing CA and for the root alike. */
const ROWS: readonly Row[] = [
  ["basicConstraints: missing", { extensions: [CA_USAGE] }, ["it has no basicConstraints"]],
  [
    "basicConstraints: cA false",
    { extensions: [new x509.BasicConstraintsExtension(false, undefined, true), CA_USAGE] },
    ["basicConstraints without cA"],
  ],
  ["basicConstraints: not marked critical", { extensions: [caConstraints(undefined, false), CA_USAGE] }],
  ["Key usage: missing", { extensions: [caConstraints()] }, ["it has no key usage", "keyCertSign"]],
  [
    "Key usage: not marked critical",
    { extensions: [caConstraints(), keyUsage(keyCertSign, false)] },
    [/key usage is not marked critical/],
  ],
  [
    "Key usage: without keyCertSign",
    { extensions: [caConstraints(), keyUsage(digitalSignature | cRLSign)] },
    ["its key usage is digitalSignature, cRLSign", "must have keyCertSign"],
  ],
  [
    "Key usage: keyCertSign and others",
    { extensions: [caConstraints(), keyUsage(keyCertSign | digitalSignature | keyEncipherment)] },
  ],
  ["Extended key usage: for TLS alone", { extensions: [caConstraints(), CA_USAGE, SERVER_AUTH] }],
  ["Expired", EXPIRED, ["it expired on 2021-01-01T00:00:00Z"]],
  ["Not valid yet", NOT_YET_VALID, ["not valid before 2045-01-01T00:00:00Z"]],
  ["Signed with SHA-1", { signature: { kind: "sha1" } }, ["signed by SHA-1 with ECDSA", "SHA-256"]],
  ["A negative serial number", { serialNumber: Buffer.of(0xff, 0x01) }, ["serial number is negative"]],
  [
    "An extension twice",
    { extensions: [caConstraints(), CA_USAGE, CA_USAGE] },
    [/key usage|2\.5\.29\.15/, "twice"],
  ],
];

export const ISSUING_CA_REQUIREMENTS: ChainFamily = {
  title: "The issuing CA",
  introduction:
    "What the certificates of the CAs between leaf and root must be like: only the CA above can issue another one.",
  cases: [
    ...ROWS.map((row) => issuingCa(...row)),
    {
      title: "Path length: two CAs stand between one and the leaf, and one may",
      prepare: () => inVault(belowPolicyCa({ pathLength: 1 }, {})),
      end: refused(
        `CA certificate "${ROOT}"`,
        "allows 1 CA certificate between it and the leaf",
        "there are 2",
      ),
    },
    {
      title: "Path length: one CA stands between one and the leaf, and none may",
      prepare: () => inVault(belowPolicyCa({}, { pathLength: 0 }, { pathLength: 0 })),
      end: refused(
        `CA certificate "${POLICY_CA}"`,
        "allows 0 CA certificates between it and the leaf",
        "there is 1",
      ),
    },
    {
      title: "Path length: just as many CAs stand between as may",
      prepare: () => inVault(belowPolicyCa({ pathLength: 2 }, { pathLength: 1 }, { pathLength: 0 })),
      end: SIGNED,
    },
  ],
};

export const ROOT_REQUIREMENTS: ChainFamily = {
  title: "The root",
  introduction: "What the root must be like. It must be self-signed, and it has the rules of every other CA.",
  cases: [
    ...ROWS.map(([title, root, wanted]) => ({
      title,
      prepare: () => inVault(makeHierarchy({ root }).leaf),
      end: wanted === undefined ? SIGNED : refused(`CA certificate "${ROOT}" does not meet`, ...wanted),
    })),
    {
      title: "Path length: none may stand between it and the leaf, and none does",
      prepare: () => inVault(makeLeaf(makeCa(ROOT, { pathLength: 0 }))),
      end: SIGNED,
    },
    {
      title: "Several CA certificates at once",
      prepare: () =>
        inVault(
          makeHierarchy({ root: EXPIRED, issuingCa: { extensions: [caConstraints()], ...EXPIRED } }).leaf,
        ),
      end: refused(
        told(`CA certificate "${ISSUING_CA}"`, "it expired on 2021-01-01"),
        told(`CA certificate "${ISSUING_CA}"`, "it has no key usage"),
        told(`CA certificate "${ROOT}"`, "it expired on 2021-01-01"),
      ),
    },
    {
      title: "The leaf, the issuing CA and the root at once, and the whole chain is in a file",
      prepare: () =>
        inChainFile(
          makeHierarchy({ root: EXPIRED, issuingCa: EXPIRED, leaf: { extensions: [SERVER_AUTH] } }).leaf,
        ),
      end: refusedAtOnce(
        told(`leaf "${SIGNER_SUBJECT}"`, "it has no key usage"),
        told(`leaf "${SIGNER_SUBJECT}"`, "its extended key usage has serverAuth"),
        told(`CA certificate "${ISSUING_CA}"`, "it expired on 2021-01-01"),
        told(`CA certificate "${ROOT}"`, "it expired on 2021-01-01"),
      ),
    },
    {
      title: "The issuing CA has expired, and the root is missing",
      prepare: () => {
        const { leaf } = makeHierarchy({ issuingCa: EXPIRED });
        return inVault(leaf, leaf.chain.slice(0, 2), leaf.chain.slice(0, 2));
      },
      end: refused("incomplete", ROOT, `CA certificate "${ISSUING_CA}"`, "it expired on 2021-01-01"),
    },
  ],
};

function issuingCa(title: string, difference: CaDifference, wanted?: Words): ChainCase {
  return {
    title,
    prepare: () => inVault(makeHierarchy({ issuingCa: difference }).leaf),
    end: wanted === undefined ? SIGNED : refused(`CA certificate "${ISSUING_CA}" does not meet`, ...wanted),
  };
}

/** A problem that is told of this certificate, and of no other that is told of between. */
function told(certificate: string, problem: string): RegExp {
  return new RegExp(
    `${RegExp.escape(certificate)} does not meet(?:(?!certificate "|leaf "|Fix:)[^])*${RegExp.escape(problem)}`,
  );
}

/** A leaf below a root and two CAs. */
function belowPolicyCa(root: CaDifference, policyCa: CaDifference, issuing: CaDifference = {}) {
  const issuer = makeCa(POLICY_CA, { issuer: makeCa(ROOT, root), ...policyCa });
  return makeLeaf(makeCa(ISSUING_CA, { issuer, ...issuing }));
}
