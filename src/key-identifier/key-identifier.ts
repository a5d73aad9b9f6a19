import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";

/**
 * The identifier of a key in Azure Key Vault. A certificate, its key and its secret share name and version, so
 * a certificate's identifier names the same key.
 */
export interface KeyIdentifier {
  /** Scheme and host, for example `https://myvault.vault.azure.net`. */
  readonly vaultUrl: string;
  /** Name of the certificate, the key and the secret. */
  readonly name: string;
  /** 32 hexadecimal digits in lower case; undefined means the latest. */
  readonly version: string | undefined;
}

const FIX =
  "use https://<vault>.vault.azure.net/keys/<name>/<version> (or /certificates/…; the version may be left out): " +
  "`az keyvault certificate show --vault-name <vault> --name <name> --query kid` prints it";

/** So that right identifiers, and those that are nearly so, are shown whole. */
const LONGEST_SHOWN = 300;

// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
const NAME_PATTERN = /^[0-9A-Za-z-]{1,127}$/;
const HOST_PATTERN = /^[0-9a-z.-]+(?::\d+)?$/i;
const VERSION_PATTERN = /^[0-9a-f]{32}$/i;

/**
 * Reads a key identifier as Key Vault and `az` print it: a key's or a certificate's, with or without a
 * version, with or without a trailing slash.
 * @throws PluginError VALIDATION_ERROR that names the part at fault and shows the right form.
 */
export function parseKeyIdentifier(keyId: string): KeyIdentifier {
  const refuse = (reason: string): Error =>
    validationError(`key identifier ${showValue(withoutUserInfo(keyId), LONGEST_SHOWN)} ${reason}`, FIX);
  const url = parseUrl(keyId);
  if (url === undefined) {
    throw refuse("is not a URL");
  }
  if (url.protocol !== "https:") {
    throw refuse(`has the scheme ${url.protocol.slice(0, -1)}, and only https is safe`);
  }
  // The text itself and not the URL made of it: a parser resolves dots, turns backslashes and fills in slashes.
  const path = /^https:\/\/[^/?#@\\\s]+(?:\/([^?#\\\s]*))?$/i.exec(keyId)?.[1] ?? "";
  if (path === "" && url.pathname !== "/") {
    throw refuse(
      "has parts that a key identifier cannot have (user, query, fragment, backslash or white space)",
    );
  }
  // A URL's parser decodes and maps characters; and messages offer the vault's name in commands to paste.
  const authority = /^https:\/\/([^/?#]*)/i.exec(keyId)?.[1] ?? "";
  if (!HOST_PATTERN.test(authority)) {
    throw refuse("has a host that is no vault's; a host is letters, digits, hyphens and dots");
  }
  const [collection, name, version, ...rest] = path.replace(/\/$/, "").split("/");
  if (collection !== "keys" && collection !== "certificates") {
    throw refuse(
      collection === "secrets" ? "is a secret's identifier" : "is neither a key's nor a certificate's",
    );
  }
  if (name === undefined || !NAME_PATTERN.test(name)) {
    throw refuse(
      `has ${name ? `the name "${name}"` : "no name"}; a name is 1 to 127 letters, digits and hyphens`,
    );
  }
  if (rest.length > 0) {
    throw refuse("has something after the version");
  }
  if (version !== undefined && !VERSION_PATTERN.test(version)) {
    throw refuse(`has the version "${version}"; a version is 32 hexadecimal digits`);
  }
  return { vaultUrl: url.origin, name, version: version?.toLowerCase() };
}

/** The key identifier as the vault writes it. */
export function keyIdentifierText({ vaultUrl, name, version }: KeyIdentifier): string {
  return [vaultUrl, "keys", name, ...(version === undefined ? [] : [version])].join("/");
}

/** A password in a URL is shown to nobody, however the URL is malformed. */
export function withoutUserInfo(keyId: string): string {
  return keyId.replace(/^([^:]*:[/\\]*).*@/s, "$1");
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
