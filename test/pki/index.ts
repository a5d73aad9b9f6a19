/** The certificate factory of the tests: authorities, code signing leaves and self-signed certificates. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { signCertificate } from "./certificate.ts";
import { generatePrivateKey } from "./keys.ts";
import { readCertificateRequest } from "./request.ts";
import type { CertificateAuthority, CertificateOptions, IssuedCertificate, RequestOptions } from "./types.ts";

export { privateKeyToPem, signCertificate, toPem } from "./certificate.ts";
export { generatePrivateKey, KEY_SPECS, keySpecOf } from "./keys.ts";
export { createCertificateRequest } from "./request.ts";
export type {
  CertificateAuthority,
  CertificateOptions,
  IssuedCertificate,
  KeySpec,
  RequestOptions,
} from "./types.ts";

/** Key usages of an authority: RFC 5280, section 4.2.1.3. */
const AUTHORITY_USAGE = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;

/**
 * Makes a root, or with `issuer` an intermediate. basicConstraints is critical with cA; pathLenConstraint
 * counts the authorities that may follow (RFC 5280, section 4.2.1.9): by default none below an intermediate,
 * one below a root.
 */
export async function createCertificateAuthority(
  options: CertificateOptions & { readonly issuer?: CertificateAuthority; readonly pathLength?: number },
): Promise<CertificateAuthority> {
  const pathLength = options.pathLength ?? (options.issuer ? 0 : 1);
  const issued = await issue(options, [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(AUTHORITY_USAGE, true),
  ]);
  return { ...issued, subject: options.subject };
}

/** Issues a code signing certificate that meets the Notary Project's requirements of a leaf. */
export async function issueLeaf(
  options: CertificateOptions & { readonly issuer: CertificateAuthority },
): Promise<IssuedCertificate> {
  return await issue(options, leafExtensions());
}

/**
 * Issues a code signing certificate for a certificate request: PEM, DER, or base64 without the PEM's armour. As
 * authorities do, it takes the key from the request, the subject too unless `subject` says otherwise, and decides
 * everything else itself.
 */
export async function issueFromRequest(
  options: RequestOptions,
): Promise<Pick<IssuedCertificate, "certificate" | "chain">> {
  const { issuer, notBefore, notAfter } = options;
  const { subject, publicKey } = await readCertificateRequest(options.request);
  const content = { subject: options.subject ?? subject, subjectKey: publicKey, notBefore, notAfter };
  const certificate = await signCertificate({ ...content, extensions: leafExtensions() }, issuer);
  return { certificate, chain: [certificate, ...issuer.chain] };
}

/** Makes a code signing certificate that is its own root: a certificate chain of one. */
export async function createSelfSigned(options: CertificateOptions): Promise<IssuedCertificate> {
  return await issue(options, leafExtensions());
}

async function issue(
  options: CertificateOptions & { readonly issuer?: CertificateAuthority },
  extensions: readonly x509.Extension[],
): Promise<IssuedCertificate> {
  const privateKey = options.privateKey ?? (await generatePrivateKey(options.keySpec ?? "EC-256"));
  const { subject, notBefore, notAfter } = options;
  const content = { subject, subjectKey: privateKey, notBefore, notAfter, extensions };
  const certificate = await signCertificate(content, options.issuer);
  return { certificate, privateKey, chain: [certificate, ...(options.issuer?.chain ?? [])] };
}

function leafExtensions(): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
  ];
}
