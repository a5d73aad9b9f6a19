/** Keys and signature algorithms that Notation takes, or does not; and certificates that it cannot read. */
import "reflect-metadata";
import { generateKeyPairSync } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { der } from "../pki/der.ts";
import { openssl } from "../unit/openssl.ts";
import {
  CODE_SIGNING,
  type Difference,
  ISSUING_CA,
  makeCa,
  makeHierarchy,
  makeLeaf,
  newRsaKey,
  ROOT,
  SIGNATURES_ONLY,
} from "./certificates.ts";
import {
  type ChainCase,
  type ChainFamily,
  refused,
  refusedAtOnce,
  SIGNED,
  type Specimen,
  type Words,
} from "./chain-case.ts";
import { inVault } from "./specimens.ts";

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

export const ALGORITHM_REQUIREMENTS: ChainFamily = {
  title: "Keys and algorithms",
  introduction:
    "The key that signs must have a key spec of the Notary Project. Keys of CAs may be others, as long as Notation can verify with them.",
  cases: [
    foreignKey("The key that signs is RSA of 1024 bits", () => spkiOf("rsa", { modulusLength: 1024 }), [
      "RSA of 1024 bits",
    ]),
    foreignKey("The key that signs is on P-256K (secp256k1)", secp256k1, ["P-256K (secp256k1)"]),
    foreignKey("The key that signs is Ed25519", () => spkiOf("ed25519"), [/Ed25519/]),
    {
      title: "A CA's key is Ed25519",
      prepare: () => belowCaWith({ privateKey: generateKeyPairSync("ed25519").privateKey }),
      end: SIGNED,
    },
    {
      title: "A CA's key is RSA of 1024 bits",
      prepare: () => belowCaWith({ privateKey: newRsaKey(1024) }),
      end: SIGNED,
    },
    {
      title: "A CA's key is on P-224",
      prepare: () =>
        belowCaWith({ privateKey: generateKeyPairSync("ec", { namedCurve: "P-224" }).privateKey }),
      end: SIGNED,
    },
    signedByRsa("The leaf is signed by RSASSA-PKCS1-v1_5 with SHA-256", {}),
    signedByRsa("The leaf is signed by RSASSA-PKCS1-v1_5 with SHA-1", { signature: { kind: "sha1" } }, [
      "signed by SHA-1 with RSA",
    ]),
    signedByRsa("The leaf is signed by RSASSA-PSS", { signature: { kind: "rsa-pss", saltLength: 32 } }),
    signedByRsa(
      "The leaf is signed by RSASSA-PSS with a salt that is not as long as the hash",
      {
        signature: { kind: "rsa-pss", saltLength: 20 },
      },
      ["RSASSA-PSS with unusual parameters", "salt"],
    ),
    {
      title: "The leaf is signed by ECDSA with SHA-1",
      prepare: () => inVault(makeHierarchy({ leaf: { signature: { kind: "sha1" } } }).leaf),
      end: refusedAtOnce(`leaf "${SIGNER_SUBJECT}" does not meet`, "signed by SHA-1 with ECDSA"),
    },
    {
      title: "The issuing CA is signed by RSASSA-PSS with a salt that is not as long as the hash",
      prepare: () => {
        const root = makeCa(ROOT, { privateKey: newRsaKey() });
        const signature = { kind: "rsa-pss", saltLength: 20 } as const;
        return inVault(makeLeaf(makeCa(ISSUING_CA, { issuer: root, signature })));
      },
      end: refused(`CA certificate "${ISSUING_CA}"`, "RSASSA-PSS with unusual parameters"),
    },
    unreadable("The subject has an underscore, and says PrintableString", {
      subject: nameOf(0x13, "signer_1"),
    }),
    unreadable("The subject has letters, and says NumericString", { subject: nameOf(0x12, "12a") }),
    unreadable("The subject is of a type that names do not have, UniversalString", {
      subject: nameOf(0x1c, "\0\0\0a"),
    }),
    signedAs("The subject is TeletexString", { subject: nameOf(0x14, "\xe4", "latin1") }),
    signedAs("The subject is BMPString, with a zero at its end", { subject: nameOf(0x1e, "\0a\0\0") }),
    signedAs("The subject is NumericString", { subject: nameOf(0x12, "12 3") }),
    unreadable("An alternative name is an IP address of three octets", {
      extensions: withAlternativeName(0x87, "abc"),
    }),
  ],
};

/** A key that the vault may hold, and the emulator may not. */
function foreignKey(
  title: string,
  publicKeyOf: () => Uint8Array | Promise<Uint8Array>,
  wanted: Words,
): ChainCase {
  return {
    title,
    prepare: async () => {
      const { issuingCa, leaf } = makeHierarchy();
      const { privateKey } = leaf;
      const foreign = makeLeaf(issuingCa, { privateKey, publicKey: await publicKeyOf() });
      const specimen = inVault(foreign, leaf.chain);
      return { ...specimen, signer: { ...foreign, keptAs: leaf.certificate } };
    },
    end: refusedAtOnce(`leaf "${SIGNER_SUBJECT}" does not meet`, "P-256, P-384 or P-521", ...wanted),
  };
}

function belowCaWith(difference: Difference): Specimen {
  return inVault(makeHierarchy({ issuingCa: difference }).leaf);
}

function signedByRsa(title: string, leaf: Difference, wanted?: Words): ChainCase {
  return {
    title,
    prepare: () => inVault(makeHierarchy({ issuingCa: { privateKey: newRsaKey() }, leaf }).leaf),
    end: wanted === undefined ? SIGNED : refusedAtOnce(`leaf "${SIGNER_SUBJECT}" does not meet`, ...wanted),
  };
}

/** Go, in which Notation is written, does not parse it. */
function unreadable(title: string, leaf: Difference): ChainCase {
  return {
    title,
    prepare: () => inVault(makeHierarchy({ leaf }).leaf),
    end: refusedAtOnce("does not meet"),
  };
}

function signedAs(title: string, leaf: Difference): ChainCase {
  return { title, prepare: () => inVault(makeHierarchy({ leaf }).leaf), end: SIGNED };
}

function spkiOf(type: "rsa", options: { readonly modulusLength: number }): Uint8Array;
function spkiOf(type: "ed25519"): Uint8Array;
function spkiOf(type: "rsa" | "ed25519", options = { modulusLength: 2048 }): Uint8Array {
  const { publicKey } = type === "rsa" ? generateKeyPairSync(type, options) : generateKeyPairSync(type);
  return publicKey.export({ format: "der", type: "spki" });
}

/** This runtime knows no such key; OpenSSL does. */
async function secp256k1(): Promise<Uint8Array> {
  const { stdout } = Bun.spawnSync(["openssl", "ecparam", "-name", "secp256k1", "-genkey", "-noout"]);
  const args = ["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"];
  return await openssl(args, "public.der", { "key.pem": stdout.toString() });
}

/** A name of one common name, whatever octets that has, in the type of strings that has this tag. */
function nameOf(tag: number, commonName: string, encoding: BufferEncoding = "utf8"): Uint8Array {
  const type = der(0x06, Buffer.of(0x55, 0x04, 0x03));
  return der(0x30, der(0x31, der(0x30, type, der(tag, Buffer.from(commonName, encoding)))));
}

function withAlternativeName(tag: number, value: string): readonly x509.Extension[] {
  const names = der(0x30, der(tag, Buffer.from(value)));
  return [
    SIGNATURES_ONLY,
    CODE_SIGNING,
    new x509.Extension(SUBJECT_ALTERNATIVE_NAME, false, new Uint8Array(names)),
  ];
}
