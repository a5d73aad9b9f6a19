/** What a vault makes of a policy: a key, and a certificate request or a self-signed certificate. */
import "reflect-metadata";
import { createPublicKey, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { createCertificateRequest, signCertificate } from "../../pki/index.ts";
import type { CertificatePolicy } from "./policy.ts";

/** A certificate signing request by the policy, DER: PKCS#10 with the extensions that the policy asks for. */
export async function requestByPolicy(policy: CertificatePolicy, privateKey: KeyObject): Promise<Uint8Array> {
  return await createCertificateRequest({
    subject: policy.subject,
    privateKey,
    extensions: extensionsOf(policy),
  });
}

/** A certificate by the policy, signed with its own key at the time `now`, DER. */
export async function selfSignByPolicy(
  policy: CertificatePolicy,
  privateKey: KeyObject,
  now: Date,
): Promise<Uint8Array> {
  const notBefore = new Date(now.getTime() - 10 * 60_000); // As the service does.
  const notAfter = new Date(notBefore);
  notAfter.setMonth(notAfter.getMonth() + policy.validityMonths);
  return await signCertificate({
    subject: policy.subject,
    subjectKey: privateKey,
    notBefore,
    notAfter,
    extensions: extensionsOf(policy),
  });
}

/** Whether a certificate holds the public half of this key. */
export function isCertificateOf(certificate: x509.X509Certificate, privateKey: KeyObject): boolean {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return Buffer.from(certificate.publicKey.rawData).equals(spki);
}

function extensionsOf({ keyUsages, extendedKeyUsages, dnsNames }: CertificatePolicy): x509.Extension[] {
  const flags = keyUsages.reduce((sum, name) => sum | x509.KeyUsageFlags[name], 0);
  return [
    new x509.KeyUsagesExtension(flags, true),
    new x509.ExtendedKeyUsageExtension([...extendedKeyUsages]),
    new x509.BasicConstraintsExtension(false),
    ...(dnsNames.length > 0
      ? [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns", value }) as const))]
      : []),
  ];
}
