/** The leaf alone is in the vault, and its issuers are in a file, in one of the formats that CAs and tools write. */
import { toPem } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";
import { ISSUING_CA, type Made, makeCa, makeHierarchy, makeLeaf, ROOT, STRANGER } from "./certificates.ts";
import { type ChainCase, type ChainFamily, refused, SIGNED } from "./chain-case.ts";
import { inFile, shuffled } from "./specimens.ts";

/** As many as a whole bundle of a system's trusted roots has. */
const BUNDLE_SIZE = 150;

type Content = string | Uint8Array | readonly Uint8Array[];

export const FILE_SHAPES: ChainFamily = {
  title: "Issuers in a file",
  introduction:
    "The vault holds the leaf alone; `--plugin-config ca_certs=<file>` names a file with the certificates above it: PEM, DER or PKCS#7, in any " +
    "order, and with more than is needed.",
  cases: [
    file("PEM, issuing CA to root", (leaf) => leaf.chain.slice(1)),
    file("PEM, in no order, and the leaf, too", (leaf) => shuffled(leaf.chain)),
    file("PEM with CRLF, and text between", (leaf) => withText(leaf).replaceAll("\n", "\r\n")),
    file("PEM with a byte order mark", (leaf) => `\ufeff${toPem(...leaf.chain.slice(1))}`),
    file("PEM in UTF-16, as PowerShell writes it", (leaf) =>
      Buffer.from(`\ufeff${toPem(...leaf.chain.slice(1))}`, "utf16le"),
    ),
    file("PEM, labelled as OpenSSL's trusted certificates", (leaf) =>
      toPem(...leaf.chain.slice(1)).replaceAll(" CERTIFICATE-", " TRUSTED CERTIFICATE-"),
    ),
    file(`PEM, a whole bundle of ${BUNDLE_SIZE} CA certificates`, (leaf) => {
      const [issuingCa, root] = leaf.chain.slice(1).map((der) => toPem(der));
      const others = Array.from({ length: BUNDLE_SIZE - 2 }, (_other, index) =>
        makeCa(`C=US, O=Bundle, CN=Bundle Root ${index}`),
      ).map(({ certificate }) => toPem(certificate));
      return [...others.slice(0, 40), root, ...others.slice(40, 90), issuingCa, ...others.slice(90)].join("");
    }),
    {
      title: "DER, one certificate: the root, which issued the leaf itself",
      prepare: () => {
        const leaf = makeLeaf(makeCa(ROOT));
        return inFile(leaf, Buffer.concat(leaf.chain.slice(1)), { name: "root.cer" });
      },
      end: SIGNED,
    },
    file("DER, two certificates in a row", (leaf) => Buffer.concat(leaf.chain.slice(1)), "ca.der"),
    file("PKCS#7, DER", (leaf) => pkcs7(leaf, "DER"), "ca.p7b"),
    file(
      "PKCS#7, PEM as `openssl crl2pkcs7 -nocrl -certfile` makes it",
      (leaf) => pkcs7(leaf, "PEM"),
      "ca.p7b",
    ),
    file("PKCS#7, PEM with CRLF, and another one before it", withOtherPkcs7, "ca.p7b"),
    {
      title: "Base64 of a certificate, without the lines of PEM",
      prepare: () => {
        const leaf = makeLeaf(makeCa(ROOT));
        return inFile(leaf, base64Lines(Buffer.concat(leaf.chain.slice(1))), { name: "root.cer" });
      },
      end: SIGNED,
    },
    file(
      "Base64 of PKCS#7, without the lines of PEM",
      async (leaf) => base64Lines(await pkcs7(leaf, "DER")),
      "ca.p7b",
    ),
    {
      title: "DER, one certificate: the root, and the issuing CA is missing",
      prepare: () => {
        const { root, leaf } = makeHierarchy();
        return inFile(leaf, root.certificate, { name: "root.cer", chain: [leaf.certificate] });
      },
      end: refused("incomplete", ISSUING_CA, /\/root\.cer/, "certificates there: 1"),
    },
    {
      title: "The CA certificates of a stranger",
      prepare: () => {
        const { leaf } = makeHierarchy();
        return inFile(leaf, [makeCa(STRANGER).certificate], { chain: [leaf.certificate] });
      },
      end: refused("incomplete", ISSUING_CA, /\/ca\.pem/),
    },
  ],
};

function file(
  title: string,
  contentOf: (leaf: Made) => Content | Promise<Content>,
  name = "ca.pem",
): ChainCase {
  return {
    title,
    prepare: async () => {
      const { leaf } = makeHierarchy();
      return inFile(leaf, await contentOf(leaf), { name });
    },
    end: SIGNED,
  };
}

/** As `openssl s_client -showcerts` and `openssl pkcs12` print certificates. */
function withText({ chain }: Made): string {
  return chain
    .slice(1)
    .map((der, index) => `Bag Attributes\n    friendlyName: CA ${index}\nsubject=/C=US\n${toPem(der)}\n---\n`)
    .join("");
}

async function pkcs7({ chain }: Pick<Made, "chain">, form: "DER" | "PEM"): Promise<Uint8Array> {
  const args = ["crl2pkcs7", "-nocrl", "-certfile", "ca.pem", "-outform", form, "-out", "ca.p7b"];
  return await openssl(args, "ca.p7b", { "ca.pem": toPem(...chain.slice(1)) });
}

async function withOtherPkcs7(leaf: Made): Promise<string> {
  const other = makeLeaf(makeCa(STRANGER));
  const both = await Promise.all([pkcs7(other, "PEM"), pkcs7(leaf, "PEM")]);
  return Buffer.concat(both).toString().replaceAll("\n", "\r\n");
}

function base64Lines(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64").replace(/.{64}/g, "$&\r\n");
}
