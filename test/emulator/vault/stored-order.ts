/**
 * The order of the certificates in a secret's value. The service documents none. Users report that what was merged
 * comes root first, and what was imported in the order of the file: notation-azure-kv issue 136, acmebot issue 1141.
 * All that the emulator knows of the matter is here.
 */
import { X509Certificate } from "node:crypto";

/** Merged: the reverse of the path from the leaf to its root; certificates off that path before it. */
export function orderOfMerge(leaf: Uint8Array, certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  const path: Uint8Array[] = [leaf];
  const rest = certificates.filter((certificate) => certificate !== leaf);
  for (let last: Uint8Array | undefined = leaf; last !== undefined; ) {
    const subject = new X509Certificate(last);
    const issuer = rest.find((candidate) => subject.checkIssued(new X509Certificate(candidate)));
    if (issuer !== undefined) {
      path.push(...rest.splice(rest.indexOf(issuer), 1));
    }
    last = issuer;
  }
  return [...path, ...rest].reverse();
}

/** Imported: as the file has it. */
export function orderOfImport(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  return certificates;
}
