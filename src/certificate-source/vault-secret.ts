import { nameBag, readCertificates } from "../certificate/certificate-bag.ts";
import { certificatesInPem } from "../certificate/pem.ts";
import { PluginError, validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { certificatesInPkcs12 } from "../pkcs12/read-certificates.ts";
import { getVaultSecret } from "../vault/secret.ts";
import type { Vault } from "../vault/vault.ts";
import type { FoundCertificates } from "./found-certificates.ts";

type Reader = (value: string, origin: string) => Uint8Array[];

const READERS: ReadonlyMap<string | undefined, Reader> = new Map<string, Reader>([
  ["application/x-pkcs12", (value, origin) => certificatesInPkcs12(Buffer.from(value, "base64"), origin)],
  ["application/x-pem-file", certificatesInPem],
]);

/**
 * The whole chain as it was merged into or imported into the vault: the certificate's secret, PKCS#12 or PEM.
 * Needs secrets get.
 * @throws PluginError of the vault's refusal, or of a secret that holds no certificates.
 */
export async function findInSecret(vault: Vault, key: KeyIdentifier): Promise<FoundCertificates> {
  const secret = await getVaultSecret(vault, key);
  const name = `secret "${key.name}" of ${key.vaultUrl}`;
  const read = READERS.get(secret.contentType);
  if (read === undefined) {
    throw validationError(
      `${name} has the content type ${showValue(secret.contentType)}, expected one of ${[...READERS.keys()].join(", ")}`,
      `make sure that "${key.name}" is a certificate of the vault, and not only a secret`,
    );
  }
  const found = readCertificates(read(secret.value, name));
  if (found.certificates.length === 0) {
    throw new PluginError("ERROR", `${name} holds no readable certificate`, {
      fix: "import the certificate into the vault again",
    });
  }
  return {
    version: secret.version,
    leafCandidates: found.certificates,
    bag: found.certificates,
    origin: nameBag(name, found),
    fix:
      "merge or import the certificate with its whole chain into the vault, or give intermediates and root in a PEM " +
      "file: `--plugin-config ca_certs=<file>`",
  };
}
