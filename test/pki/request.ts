/** Certificate signing requests, PKCS#10: RFC 2986. */
import "reflect-metadata";
import { createPublicKey, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { signingKey, subjectPublicKey } from "./certificate.ts";
import { keySpecOf, signingAlgorithmOf } from "./keys.ts";

/** What goes into a request. */
export interface CertificateRequestContent {
  readonly subject: string;
  readonly privateKey: KeyObject;
  /** What the authority is asked to put into the certificate. */
  readonly extensions: readonly x509.Extension[];
}

/** Makes a request, DER. */
export async function createCertificateRequest(content: CertificateRequestContent): Promise<Uint8Array> {
  const { subject, privateKey, extensions } = content;
  const keys = { publicKey: await subjectPublicKey(privateKey), privateKey: await signingKey(privateKey) };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: signingAlgorithmOf(keySpecOf(privateKey)),
    extensions: [...extensions],
  });
  return new Uint8Array(request.rawData);
}

/**
 * The subject and public key of a request: PEM, DER, or the base64 of the DER without the PEM's armour. Throws
 * unless the request is signed with the key that it holds.
 */
export async function readCertificateRequest(
  request: Uint8Array | string,
): Promise<{ readonly subject: string; readonly publicKey: KeyObject }> {
  const source = typeof request === "string" ? request.trim() : new Uint8Array(request);
  const parsed = new x509.Pkcs10CertificateRequest(source);
  if (!(await parsed.verify())) {
    throw new Error("the certificate request is not signed with its own key");
  }
  const key = Buffer.from(parsed.publicKey.rawData);
  return { subject: parsed.subject, publicKey: createPublicKey({ key, format: "der", type: "spki" }) };
}
