/** The first steps of the demonstration: a certificate in a vault, and the permission to sign with it. */
import type { Emulator, Principal } from "../emulator/index.ts";
import { createCertificateAuthority, type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { note, step } from "./narration.ts";

export const subject = "C=US, ST=WA, L=Redmond, O=Example, CN=Example signer";

export interface SigningKey {
  readonly keyId: string;
  readonly issued: IssuedCertificate;
  readonly principal: Principal;
}

/** Makes a certificate that a CA has issued and grants the least that signing needs. */
export async function makeSigningKey(emulator: Emulator): Promise<SigningKey> {
  step("A certificate is made in Key Vault, issued by a CA with a root and an intermediate");
  const vault = emulator.createVault("myvault");
  const keySpec = "RSA-3072";
  const root = await createCertificateAuthority({ subject: "C=US, O=Example, CN=Example Root", keySpec });
  const issuer = await createCertificateAuthority({
    subject: "C=US, O=Example, CN=Example CA",
    keySpec,
    issuer: root,
  });
  const issued = await issueLeaf({ subject, keySpec, issuer });
  const { privateKey, chain } = issued;
  const { keyId } = vault.importCertificate({ name: "example-cert", privateKey, certificates: chain });
  note(`subject: ${subject}`, `key identifier:  ${keyId}`);

  step("A service principal is granted keys sign, secrets get, certificates get, and nothing more");
  const principal = await emulator.createServicePrincipal("client-secret");
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  note(`client id: ${principal.appId}`);
  return { keyId, issued, principal };
}

/** The calls that reached the vault. */
export function showVaultCalls({ log }: Emulator): void {
  for (const { method, host, path, permission, status } of log) {
    if (permission !== undefined && status === 200) {
      note(`${method} https://${host}${path.replace(/\?.*/, "")} (${permission.replace("/", " ")})`);
    }
  }
}
