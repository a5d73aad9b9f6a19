import { CryptographyClient } from "@azure/keyvault-keys";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { SignatureAlgorithm } from "../signature/algorithm.ts";
import { callVault, missingFromAnswer } from "./call.ts";
import { SERVICE_VERSION, type Vault } from "./vault.ts";

/**
 * `POST /keys/{name}/{version}/sign`; needs keys sign and nothing else. Signs the digest as it is.
 * @returns RSASSA-PSS octets, or r||s for ECDSA.
 * @throws PluginError as of `callVault`.
 */
export function signWithVault(
  vault: Vault,
  key: KeyIdentifier & { readonly version: string },
  algorithm: SignatureAlgorithm,
  digest: Uint8Array,
): Promise<Uint8Array> {
  const id = `${vault.url}/keys/${key.name}/${key.version}`;
  // From an identifier alone the client would first GET the key, for which no permission is granted.
  const keyObject = {
    id,
    name: key.name,
    key: { kid: id, kty: algorithm.keySpec.startsWith("RSA") ? "RSA" : "EC" },
    properties: { id, name: key.name, version: key.version, vaultUrl: vault.url },
  };
  const client = new CryptographyClient(keyObject, vault.credential, { serviceVersion: SERVICE_VERSION });
  return callVault("keys sign", key, async () => {
    const { result } = await client.sign(algorithm.vaultAlgorithm, digest);
    if (!(result instanceof Uint8Array) || result.length === 0) {
      throw missingFromAnswer("keys sign", key, "a signature");
    }
    return result;
  });
}
