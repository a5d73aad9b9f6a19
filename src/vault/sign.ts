import { CryptographyClient } from "@azure/keyvault-keys";
import { PluginError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import type { SignatureAlgorithm } from "../signature/algorithm.ts";
import { callVault, missingFromAnswer, tryAgainOrFindOut } from "./call.ts";
import { type AnswerBody, clientOptions } from "./client-options.ts";
import type { Vault } from "./vault.ts";

/**
 * `POST /keys/{name}/{version}/sign`; needs keys sign and nothing else. Signs the digest as it is. Without a version, the
 * latest signs.
 * @returns RSASSA-PSS octets, or r||s for ECDSA.
 * @throws PluginError as of `callVault`.
 */
export function signWithVault(
  vault: Vault,
  key: KeyIdentifier,
  algorithm: SignatureAlgorithm,
  digest: Uint8Array,
): Promise<Uint8Array> {
  const id = keyIdentifierText(key);
  // From an identifier alone the client would first GET the key, for which no permission is granted.
  const keyObject = {
    id,
    name: key.name,
    key: { kid: id, kty: algorithm.keySpec.startsWith("RSA") ? "RSA" : "EC" },
    properties: {
      id,
      name: key.name,
      vaultUrl: vault.url,
      ...(key.version !== undefined && { version: key.version }),
    },
  };
  let answer: AnswerBody = {};
  const options = clientOptions(vault, (body) => {
    answer = body;
  });
  const client = new CryptographyClient(keyObject, vault.credential, options);
  return callVault(vault, "keys sign", key, async () => {
    const { result } = await client.sign(algorithm.vaultAlgorithm, digest);
    checkSigner(answer["kid"], key);
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
function checkSigner(kid: unknown, key: KeyIdentifier): void {
  if (typeof kid !== "string") {
    throw missingFromAnswer("keys sign", key, "the identifier of the key that signed");
  }
  if (!isIdentifierOf(kid, key)) {
    throw new PluginError(
      "ERROR",
      `${key.vaultUrl} was asked to sign with ${keyIdentifierText(key)} and says that it signed with ${showValue(kid)}. Nothing was signed`,
      { fix: tryAgainOrFindOut(key) },
    );
  }
}

/** Where no version was asked for, it may be any of that key. */
function isIdentifierOf(kid: string, { name, version }: KeyIdentifier): boolean {
  const path = URL.canParse(kid) ? new URL(kid).pathname.toLowerCase() : "";
  const prefix = `/keys/${name.toLowerCase()}/`;
  return version === undefined
    ? path.startsWith(prefix) && path.length > prefix.length
    : path === `${prefix}${version}`;
}
