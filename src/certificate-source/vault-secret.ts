import { type Certificate, isSelfSigned, issuerOf } from "../certificate/certificate.ts";
import { certificatesInPem } from "../certificate/pem.ts";
import { nameBag, readCertificates } from "../certificate/readable-certificates.ts";
import { PluginError, validationError } from "../error/plugin-error.ts";
import { joinErrors } from "../error/settle-together.ts";
import { showValue } from "../error/show-value.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { certificatesInPkcs12 } from "../pkcs12/read-certificates.ts";
import { getVaultSecret, type VaultSecret } from "../vault/secret.ts";
import type { Vault } from "../vault/vault.ts";
import { lacksPermission } from "../vault/vault-error.ts";
import type { FoundCertificates } from "./found-certificates.ts";
import { findLeafAlone, vaultBag } from "./vault-leaf.ts";

type Reader = (value: string, origin: string) => Uint8Array[];

const READERS: ReadonlyMap<string | undefined, Reader> = new Map<string, Reader>([
  ["application/x-pkcs12", (value, origin) => certificatesInPkcs12(Buffer.from(value, "base64"), origin)],
  ["application/x-pem-file", certificatesInPem],
]);

/**
 * The whole chain as it was merged into or imported into the vault: the certificate's secret, PKCS#12 or PEM.
 * Needs secrets get, but for a self-signed certificate: where the secret is denied, the vault's certificate is its whole
 * chain.
 * @throws PluginError of the vault's refusal, or of a secret that holds no certificates.
 */
export async function findInSecret(vault: Vault, key: KeyIdentifier): Promise<FoundCertificates> {
  let secret: VaultSecret;
  try {
    secret = await getVaultSecret(vault, key);
  } catch (error) {
    if (error instanceof PluginError && lacksPermission(error)) {
      return await findWithoutSecret(vault, key, error);
    }
    throw error;
  }
  return { version: secret.version, ...readSecret(secret, key) };
}

function readSecret(secret: VaultSecret, key: KeyIdentifier) {
  const name = `secret "${key.name}" of ${key.vaultUrl}`;
  const read = READERS.get(secret.contentType);
  if (read === undefined) {
    throw validationError(
      `${name} has the content type ${showValue(secret.contentType)}, expected one of ${[...READERS.keys()].join(", ")}`,
      `make sure that "${key.name}" is a certificate of the vault, and not only a secret`,
    );
  }
  const found = readCertificates(read(secret.value, name));
  const { certificates } = found;
  if (certificates.length === 0) {
    throw new PluginError("ERROR", `${name} holds no readable certificate`, {
      fix: "import the certificate into the vault again",
    });
  }
  return vaultBag(
    key,
    { leafCandidates: certificates, bag: certificates },
    {
      origin: nameBag(name, found),
      complete:
        "merge or import the certificate with its whole chain into the vault, or give intermediates and root in a " +
        "file: `--plugin-config ca_certs=<file>`",
    },
  );
}

/** @throws PluginError of the refusal, with another way for a certificate that a CA issued. */
async function findWithoutSecret(
  vault: Vault,
  key: KeyIdentifier,
  refusal: PluginError,
): Promise<FoundCertificates> {
  const { leaf, ...found } = await findLeafAlone(vault, key).catch((error: unknown) => {
    throw joinErrors([refusal, error]);
  });
  if (!isSelfSigned(leaf)) {
    throw doWithoutSecret(refusal, leaf);
  }
  return found;
}

/** The chain of a CA's certificate can come from a file, in place of the secret. */
function doWithoutSecret({ code, problem, fix, metadata }: PluginError, leaf: Certificate): PluginError {
  const other =
    `do without the secret: put the certificates of "${issuerOf(leaf)}", which issued the certificate, and of the CAs above ` +
    "it into a file, and sign with `--plugin-config ca_certs=<file>`";
  return new PluginError(code, problem, { fix: fix === undefined ? other : `${fix}; or ${other}`, metadata });
}
