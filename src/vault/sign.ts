import { CryptographyClient } from "@azure/keyvault-keys";
import { PluginError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { SignatureAlgorithm } from "../signature/algorithm.ts";
import { callVault, missingFromAnswer, tryAgainOrFindOut } from "./call.ts";
import { type AnswerBody, clientOptions } from "./client-options.ts";
import type { Vault } from "./vault.ts";

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
  let answer: AnswerBody = {};
  const options = clientOptions(vault, (body) => {
    answer = body;
  });
  const client = new CryptographyClient(keyObject, vault.credential, options);
  return callVault(vault, "keys sign", key, async () => {
    const { result } = await client.sign(algorithm.vaultAlgorithm, digest);
    checkSigner(answer["kid"], id, key);
    if (!(result instanceof Uint8Array) || result.length === 0) {
      throw missingFromAnswer("keys sign", key, "a signature");
    }
    return result;
  });
}

/**
 * The key that the vault says it signed with, which the client does not tell. The host may be another name of the same
 * vault; names in identifiers are case-insensitive.
 */
function checkSigner(kid: unknown, id: string, key: KeyIdentifier): void {
  if (typeof kid !== "string") {
    throw missingFromAnswer("keys sign", key, "the identifier of the key that signed");
  }
  if (pathOf(kid) !== pathOf(id)) {
    throw new PluginError(
      "ERROR",
      `${key.vaultUrl} was asked to sign with ${id} and says that it signed with ${showValue(kid)}. Nothing was signed`,
      { fix: tryAgainOrFindOut(key) },
    );
  }
}

function pathOf(identifier: string): string | undefined {
  return URL.canParse(identifier) ? new URL(identifier).pathname.toLowerCase() : undefined;
}
