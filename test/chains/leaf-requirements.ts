/** Leaves that break, or just keep, one of the Notary Project's requirements each. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import {
  CODE_SIGNING,
  caConstraints,
  type Difference,
  EXPIRED,
  keyUsage,
  makeCa,
  makeHierarchy,
  makeLeaf,
  NOT_YET_VALID,
  newRsaKey,
  purposes,
  ROOT,
  SIGNATURES_ONLY,
} from "./certificates.ts";
import { type ChainCase, type ChainFamily, refusedAtOnce, SIGNED, type Words } from "./chain-case.ts";
import { inVault } from "./specimens.ts";

const { digitalSignature, nonRepudiation, ...OTHER_USAGES } = {
  digitalSignature: x509.KeyUsageFlags.digitalSignature,
  nonRepudiation: x509.KeyUsageFlags.nonRepudiation,
  keyEncipherment: x509.KeyUsageFlags.keyEncipherment,
  dataEncipherment: x509.KeyUsageFlags.dataEncipherment,
  keyAgreement: x509.KeyUsageFlags.keyAgreement,
  keyCertSign: x509.KeyUsageFlags.keyCertSign,
  cRLSign: x509.KeyUsageFlags.cRLSign,
  encipherOnly: x509.KeyUsageFlags.encipherOnly,
  decipherOnly: x509.KeyUsageFlags.decipherOnly,
};

/** Purposes that are not for the certificate that signs, by object identifier. */
const OTHER_PURPOSES = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  OCSPSigning: "1.3.6.1.5.5.7.3.9",
};

const ANY_PURPOSE = "2.5.29.37.0";
const CODE_SIGNING_ID = "1.3.6.1.5.5.7.3.3";
/** Microsoft's "lifetime signing": one that no standard knows. */
const OWN_PURPOSE = "1.3.6.1.4.1.311.10.3.13";
const OWN_EXTENSION = new x509.Extension("1.3.6.1.4.1.99999.1", true, Buffer.of(0x05, 0x00));

/** What every message about a leaf must hold. */
const LEAF = [`leaf "${SIGNER_SUBJECT}" does not meet`, "az keyvault certificate create"];

export const LEAF_REQUIREMENTS: ChainFamily = {
  title: "The leaf",
  introduction:
    "What the certificate that signs must be like. The plugin sees it before anything is signed. All that Key Vault makes by its default policy " +
    "is for TLS, and refused; the command in the message makes a new version of the certificate by a policy that is right.",
  cases: [
    leaf("Key usage: missing", { extensions: [CODE_SIGNING] }, ["no key usage", "digitalSignature"]),
    leaf("Key usage: not marked critical", { extensions: [keyUsage(digitalSignature, false)] }, [
      /not marked critical/,
    ]),
    leaf("Key usage: nonRepudiation alone", withUsage(nonRepudiation), [/key usage is nonRepudiation;/]),
    leaf("Key usage: empty", withUsage(0), [/key usage is empty/, "digitalSignature"]),
    leaf("Key usage: digitalSignature and nonRepudiation", withUsage(digitalSignature | nonRepudiation)),
    ...Object.entries(OTHER_USAGES).map(([name, flag]) =>
      leaf(`Key usage: digitalSignature and ${name}`, withUsage(digitalSignature | flag), [
        `its key usage is digitalSignature, ${name}; it must be digitalSignature`,
      ]),
    ),
    leaf("Extended key usage: missing", { extensions: [SIGNATURES_ONLY] }),
    leaf("Extended key usage: codeSigning, marked critical", {
      extensions: [SIGNATURES_ONLY, new x509.ExtendedKeyUsageExtension([CODE_SIGNING_ID], true)],
    }),
    leaf("Extended key usage: anyExtendedKeyUsage", withPurposes(ANY_PURPOSE)),
    leaf(
      "Extended key usage: codeSigning and a purpose of Microsoft's",
      withPurposes(CODE_SIGNING_ID, OWN_PURPOSE),
    ),
    ...Object.entries(OTHER_PURPOSES).map(([name, id]) =>
      leaf(`Extended key usage: ${name}`, withPurposes(id), [
        `its extended key usage has ${name}`,
        "codeSigning",
      ]),
    ),
    leaf(
      "Extended key usage: codeSigning and clientAuth",
      withPurposes(CODE_SIGNING_ID, OTHER_PURPOSES.clientAuth),
      ["its extended key usage has clientAuth"],
    ),
    leaf("basicConstraints: cA false", {
      extensions: [new x509.BasicConstraintsExtension(false), SIGNATURES_ONLY, CODE_SIGNING],
    }),
    leaf("basicConstraints: cA true", { extensions: [caConstraints(), SIGNATURES_ONLY, CODE_SIGNING] }, [
      "it is a CA certificate",
      "cA true",
    ]),
    leaf("Expired", EXPIRED, ["it expired on 2021-01-01T00:00:00Z"]),
    {
      title: "Not valid yet",
      prepare: () => inVault(makeHierarchy({ leaf: NOT_YET_VALID }).leaf),
      end: refusedAtOnce(`leaf "${SIGNER_SUBJECT}"`, "not valid before 2045-01-01T00:00:00Z", "clock"),
    },
    leaf("A critical extension that nobody knows", {
      extensions: [SIGNATURES_ONLY, CODE_SIGNING, OWN_EXTENSION],
    }),
    leaf("An extension twice", { extensions: [SIGNATURES_ONLY, CODE_SIGNING, CODE_SIGNING] }, [
      /extended key usage|2\.5\.29\.37/,
      "twice",
    ]),
    leaf("A negative serial number", { serialNumber: Buffer.of(0xff, 0x01) }, ["serial number is negative"]),
    leaf("A serial number of zero", { serialNumber: Buffer.of(0) }),
    leaf("Several at once", { ...EXPIRED, ...severalWrong() }, [
      "keyEncipherment",
      "serverAuth",
      "it expired on 2021-01-01",
      /(?:\n- [^\n]+){3}\nFix: /,
    ]),
    {
      title: "Self-signed",
      prepare: () => inVault(makeLeaf(undefined)),
      end: SIGNED,
    },
    selfSigned("Self-signed, for TLS as Key Vault's default policy makes it", severalWrong(), [
      "keyEncipherment",
      "serverAuth",
    ]),
    selfSigned(
      "Self-signed, a CA certificate",
      { extensions: [caConstraints(), SIGNATURES_ONLY, CODE_SIGNING] },
      ["it is a CA certificate"],
    ),
    selfSigned("Self-signed and expired", EXPIRED, ["it expired on 2021-01-01"]),
    {
      title: "Self-signed with SHA-1",
      prepare: () => inVault(makeLeaf(undefined, { signature: { kind: "sha1" } })),
      end: SIGNED,
    },
    {
      title: "RSA of 2048 bits",
      prepare: () => inVault(makeHierarchy({ leaf: { privateKey: newRsaKey() } }).leaf),
      end: SIGNED,
    },
    {
      title: "The root alone, which is a CA and signs",
      prepare: () => inVault(makeCa(ROOT)),
      end: refusedAtOnce(`leaf "${ROOT}"`, "it is a CA certificate"),
    },
  ],
};

function leaf(title: string, difference: Difference, wanted?: Words): ChainCase {
  return {
    title,
    prepare: () => inVault(makeHierarchy({ leaf: difference }).leaf),
    end: wanted === undefined ? SIGNED : refusedAtOnce(...requiredOf(wanted)),
  };
}

function selfSigned(title: string, difference: Difference, wanted: Words): ChainCase {
  const prepare = () => inVault(makeLeaf(undefined, difference));
  return { title, prepare, end: refusedAtOnce(`leaf "${SIGNER_SUBJECT}"`, ...wanted) };
}

/** Of several violations each has a line of its own. */
function requiredOf(wanted: Words): Words {
  return wanted.length > 3 ? wanted : [...LEAF, ...wanted];
}

function withUsage(flags: number): Difference {
  return { extensions: [keyUsage(flags), CODE_SIGNING] };
}

function withPurposes(...ids: readonly string[]): Difference {
  return { extensions: [SIGNATURES_ONLY, purposes(...ids)] };
}

function severalWrong(): Difference {
  const { serverAuth, clientAuth } = OTHER_PURPOSES;
  return {
    extensions: [keyUsage(digitalSignature | OTHER_USAGES.keyEncipherment), purposes(serverAuth, clientAuth)],
  };
}
