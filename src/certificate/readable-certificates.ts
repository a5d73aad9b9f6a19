import { type Certificate, parseCertificate } from "./certificate.ts";

/** Certificates out of a file or a secret. */
export interface ReadCertificates {
  readonly certificates: readonly Certificate[];
  /** How many could not be read; they are fatal only if one of them is missed. */
  readonly unreadable: number;
}

/** Reads DER certificates, and counts those that are none. */
export function readCertificates(ders: readonly Uint8Array[]): ReadCertificates {
  const certificates = ders.flatMap((der) => {
    try {
      return [parseCertificate(der, "a certificate")];
    } catch {
      return [];
    }
  });
  return { certificates, unreadable: ders.length - certificates.length };
}

/** The name of a bag for an error's words, with the certificates of it that could not be read. */
export function nameBag(name: string, { unreadable }: ReadCertificates): string {
  return unreadable === 0 ? name : `${name}, in which ${unreadable} more cannot be read,`;
}
