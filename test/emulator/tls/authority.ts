/** The authority that the emulator's TLS certificates come from: made anew at each start, trusted by file. */
import "reflect-metadata";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { type CertificateSigner, privateKeyToPem, signCertificate, toPem } from "../../pki/certificate.ts";
import { generatePrivateKey } from "../../pki/keys.ts";

/** A server's certificate and private key, PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Issues server certificates for tests. */
export interface TlsAuthority {
  /** The root certificate, PEM. */
  readonly certificate: string;
  /** A certificate for these DNS names or IP addresses; the first is also the common name. */
  issue(hosts: readonly string[]): Promise<TlsIdentity>;
}

/** Makes a root of P-256: quick to make and to verify. */
export async function createTlsAuthority(): Promise<TlsAuthority> {
  const privateKey = await generatePrivateKey("EC-256");
  const certificate = await signCertificate({
    subject: "O=Azure emulator, CN=Azure emulator TLS root",
    subjectKey: privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: toPem(certificate),
    issue: async (hosts) => await issueServerCertificate(hosts, { certificate, privateKey }),
  };
}

async function issueServerCertificate(
  hosts: readonly string[],
  issuer: CertificateSigner,
): Promise<TlsIdentity> {
  const privateKey: KeyObject = await generatePrivateKey("EC-256");
  const certificate = await signCertificate(
    {
      subject: `CN=${hosts[0] ?? "localhost"}`,
      subjectKey: privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIP(value) ? "ip" : "dns", value }) as const),
        ),
      ],
    },
    issuer,
  );
  return { certificate: toPem(certificate), privateKey: privateKeyToPem(privateKey) };
}
