/** Secrets to put into inputs, and the search for them in what comes out. */
import { type KeyObject, randomBytes } from "node:crypto";
import { createSecretSearch, type SecretSearch } from "../e2e/private-key-search.ts";
import { generatePrivateKey, privateKeyToPem } from "../pki/index.ts";

/** Secrets that are in no way special, but for being known here. */
export interface KnownSecrets {
  /** PEM. */
  readonly privateKey: string;
  /** In the form of Entra ID's access tokens. */
  readonly token: string;
  /** Letters and digits alone, so that a program may take it for a name; too long to be met by chance. */
  readonly password: string;
  /** How many places of a text hold a secret, or 40 characters of a long one. */
  readonly searchIn: SecretSearch;
}

/** Makes secrets that nobody else has. */
export async function createSecrets(): Promise<KnownSecrets> {
  const key = await generatePrivateKey("EC-256");
  const base64url = (text: string): string => Buffer.from(text).toString("base64url");
  const header = base64url('{"typ":"JWT","alg":"RS256"}');
  const claims = base64url('{"aud":"https://vault.azure.net","oid":"example"}');
  const token = `${header}.${claims}.${randomBytes(96).toString("base64url")}`;
  const password = `s${randomBytes(24).toString("hex")}`;
  const short = `p${randomBytes(5).toString("hex")}`;
  return {
    privateKey: privateKeyToPem(key),
    token,
    password: `${short}${password}`,
    searchIn: createSearch([key], [token, password, short]),
  };
}

/**
 * The search for a refusal of this input: a value of a field that the plugin reads is shown where it is wrong, so what a
 * change of bytes has put into one is no secret any more.
 */
export function searchFor(stdin: Uint8Array, searchIn: SecretSearch): SecretSearch {
  return fieldsRead(stdin).some((value) => searchIn(value) > 0) ? () => 0 : searchIn;
}

/** The values of the request's fields that the plugin reads; none where it is not JSON, of which nothing is shown. */
function fieldsRead(stdin: Uint8Array): string[] {
  try {
    const { contractVersion, keyId, keySpec, hashAlgorithm, pluginConfig } = JSON.parse(
      new TextDecoder().decode(stdin),
    );
    const { self_signed, ca_certs, cert_chain, credential_type, client_id, timeout } = Object(pluginConfig);
    const config = [self_signed, ca_certs, cert_chain, credential_type, client_id, timeout];
    return [contractVersion, keyId, keySpec, hashAlgorithm, ...config].map(
      (value) => JSON.stringify(value) ?? "",
    );
  } catch {
    return [];
  }
}

/** A search for private keys and values. The words around a key in PEM are no secret: a change of bytes moves them about. */
export function createSearch(privateKeys: readonly KeyObject[], values: readonly string[]): SecretSearch {
  const search = createSecretSearch({ privateKeys, values });
  return (text) => search(text.replaceAll("PRIVATE KEY", ""));
}
