/** How a specimen is put into the vault, or into a file. */
import { toPem } from "../pki/index.ts";
import type { Made } from "./certificates.ts";
import type { CertificateFile, Specimen } from "./chain-case.ts";

/** The leaf's own chain, in the vault as it is unless another order or other certificates are given. */
export function inVault(leaf: Made, held: readonly Uint8Array[] = leaf.chain, chain = leaf.chain): Specimen {
  return { signer: leaf, inVault: held, chain };
}

/** The same, in PEM. */
export function inPem(specimen: Specimen): Specimen {
  return { ...specimen, contentType: "application/x-pem-file" };
}

/** The leaf alone in the vault, and its issuers in a file: PEM, unless it is something else. */
export function inFile(
  leaf: Made,
  content: readonly Uint8Array[] | CertificateFile["content"] = leaf.chain.slice(1),
  {
    name = "ca.pem",
    chain = leaf.chain,
  }: { readonly name?: string; readonly chain?: readonly Uint8Array[] } = {},
): Specimen {
  const text = content instanceof Uint8Array || typeof content === "string" ? content : toPem(...content);
  return {
    signer: leaf,
    inVault: [leaf.certificate],
    file: { option: "ca_certs", name, content: text },
    chain,
  };
}

/** The leaf alone in the vault, and the whole chain in a file. */
export function inChainFile(leaf: Made, certificates: readonly Uint8Array[] = leaf.chain): Specimen {
  return {
    signer: leaf,
    inVault: [leaf.certificate],
    file: { option: "cert_chain", name: "chain.pem", content: toPem(...certificates) },
    chain: leaf.chain,
  };
}

/** Another order, always the same one. */
export function shuffled(certificates: readonly Uint8Array[]): Uint8Array[] {
  const odd = certificates.filter((_certificate, index) => index % 2 === 1);
  const even = certificates.filter((_certificate, index) => index % 2 === 0);
  return [...odd, ...even.toReversed()];
}
