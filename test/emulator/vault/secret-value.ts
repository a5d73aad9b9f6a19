/** The value of the secret behind a certificate: PKCS#12 in base64, or PEM. */
import type { KeyObject } from "node:crypto";
import { privateKeyToPem, toPem } from "../../pki/certificate.ts";
import { encodePkcs12 } from "./pkcs12.ts";

/** What the secret is made of. */
export interface SecretContent {
  readonly privateKey: KeyObject;
  /** DER, in the order of the import. */
  readonly certificates: readonly Uint8Array[];
  readonly leaf: Uint8Array;
  /** Whether the private key goes in: by the certificate's policy. */
  readonly exportable: boolean;
  readonly contentType: "application/x-pkcs12" | "application/x-pem-file";
}

/** Encodes by content type. In PEM an exportable private key comes first. */
export function encodeSecret({
  contentType,
  exportable,
  privateKey,
  certificates,
  leaf,
}: SecretContent): string {
  if (contentType === "application/x-pem-file") {
    return `${exportable ? privateKeyToPem(privateKey) : ""}${toPem(...certificates)}`;
  }
  return encodePkcs12({ certificates, leaf, ...(exportable && { privateKey }) }).toString("base64");
}
