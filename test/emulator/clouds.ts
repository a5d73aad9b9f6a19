/** Azure's clouds: which host names belong together, and which names their tokens bear. */

/** One sovereign cloud: its vaults accept only tokens of its own Entra ID. */
export interface Cloud {
  /** DNS suffix of its key vaults, without a leading dot. */
  readonly vaultSuffix: string;
  /** The resource that a key vault's access token is for: the token's `aud`. */
  readonly vaultResource: string;
  /** Entra ID's host name in challenges and in token endpoints. */
  readonly loginHost: string;
  /** Every host name of Entra ID; the last is the one that clients are told to prefer. */
  readonly loginHosts: readonly string[];
  /** Origin of the issuer in its version 1 access tokens. */
  readonly tokenIssuer: string;
}

/** The clouds that the emulator answers for. */
export const CLOUDS: readonly Cloud[] = [
  {
    vaultSuffix: "vault.azure.net",
    vaultResource: "https://vault.azure.net",
    loginHost: "login.microsoftonline.com",
    loginHosts: ["login.microsoftonline.com"],
    tokenIssuer: "https://sts.windows.net",
  },
  {
    vaultSuffix: "vault.azure.cn",
    vaultResource: "https://vault.azure.cn",
    loginHost: "login.chinacloudapi.cn",
    loginHosts: ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    tokenIssuer: "https://sts.chinacloudapi.cn",
  },
  {
    vaultSuffix: "vault.usgovcloudapi.net",
    vaultResource: "https://vault.usgovcloudapi.net",
    loginHost: "login.microsoftonline.us",
    loginHosts: ["login.microsoftonline.us"],
    tokenIssuer: "https://sts.windows.net",
  },
];

/** The cloud whose vaults have this DNS suffix. Throws a RangeError for any other suffix. */
export function cloudOfVaultSuffix(suffix: string): Cloud {
  const cloud = CLOUDS.find(({ vaultSuffix }) => vaultSuffix === suffix);
  if (cloud === undefined) throw new RangeError(`no cloud has key vaults under ${suffix}`);
  return cloud;
}

/** The cloud whose Entra ID has this host name. */
export function cloudOfLoginHost(host: string): Cloud | undefined {
  return CLOUDS.find(({ loginHosts }) => loginHosts.includes(host));
}

/** Whether the name is that of a key vault, existing or not. */
export function isVaultHost(host: string): boolean {
  return CLOUDS.some(({ vaultSuffix }) => host.endsWith(`.${vaultSuffix}`));
}
