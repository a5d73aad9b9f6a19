/** Azure's clouds: which host names belong together, and which names their tokens bear. */

/** One sovereign cloud: its vaults accept only tokens of its own Entra ID. */
export interface Cloud {
  /** DNS suffix of its key vaults, without a leading dot. */
  readonly vaultSuffix: string;
  /** The resource that a key vault's access token is for: the token's `aud`. */
  readonly vaultResource: string;
  /** DNS suffix of its managed HSMs, without a leading dot. */
  readonly hsmSuffix: string;
  /** The resource that a managed HSM's access token is for. */
  readonly hsmResource: string;
  /** Entra ID's host name in challenges and in token endpoints. */
  readonly loginHost: string;
  /** Every host name of Entra ID; the last is the one that clients are told to prefer. */
  readonly loginHosts: readonly string[];
  /** Origin of the issuer in its version 1 access tokens. */
  readonly tokenIssuer: string;
  readonly armHost: string;
  /** The resources of Azure Resource Manager's tokens; the first is what the Azure CLI asks for. */
  readonly armResources: readonly string[];
  readonly graphHost: string;
  /** The resources of Microsoft Graph's tokens. */
  readonly graphResources: readonly string[];
}

/** The clouds that the emulator answers for. */
export const CLOUDS: readonly Cloud[] = [
  {
    vaultSuffix: "vault.azure.net",
    vaultResource: "https://vault.azure.net",
    hsmSuffix: "managedhsm.azure.net",
    hsmResource: "https://managedhsm.azure.net",
    loginHost: "login.microsoftonline.com",
    loginHosts: ["login.microsoftonline.com"],
    tokenIssuer: "https://sts.windows.net",
    armHost: "management.azure.com",
    armResources: ["https://management.core.windows.net/", "https://management.azure.com"],
    graphHost: "graph.microsoft.com",
    graphResources: ["https://graph.microsoft.com"],
  },
  {
    vaultSuffix: "vault.azure.cn",
    vaultResource: "https://vault.azure.cn",
    hsmSuffix: "managedhsm.azure.cn",
    hsmResource: "https://managedhsm.azure.cn",
    loginHost: "login.chinacloudapi.cn",
    loginHosts: ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    tokenIssuer: "https://sts.chinacloudapi.cn",
    armHost: "management.chinacloudapi.cn",
    armResources: ["https://management.core.chinacloudapi.cn/", "https://management.chinacloudapi.cn"],
    graphHost: "microsoftgraph.chinacloudapi.cn",
    graphResources: ["https://microsoftgraph.chinacloudapi.cn"],
  },
  {
    vaultSuffix: "vault.usgovcloudapi.net",
    vaultResource: "https://vault.usgovcloudapi.net",
    hsmSuffix: "managedhsm.usgovcloudapi.net",
    hsmResource: "https://managedhsm.usgovcloudapi.net",
    loginHost: "login.microsoftonline.us",
    loginHosts: ["login.microsoftonline.us"],
    tokenIssuer: "https://sts.windows.net",
    armHost: "management.usgovcloudapi.net",
    armResources: ["https://management.core.usgovcloudapi.net/", "https://management.usgovcloudapi.net"],
    graphHost: "graph.microsoft.us",
    graphResources: ["https://graph.microsoft.us"],
  },
];

/** The cloud whose vaults have this DNS suffix. Throws a RangeError for any other suffix. */
export function cloudOfVaultSuffix(suffix: string): Cloud {
  const cloud = CLOUDS.find(({ vaultSuffix }) => vaultSuffix === suffix);
  if (cloud === undefined) {
    throw new RangeError(`no cloud has key vaults under ${suffix}`);
  }
  return cloud;
}

/** The cloud whose managed HSMs have this DNS suffix. Throws a RangeError for any other suffix. */
export function cloudOfHsmSuffix(suffix: string): Cloud {
  const cloud = CLOUDS.find(({ hsmSuffix }) => hsmSuffix === suffix);
  if (cloud === undefined) {
    throw new RangeError(`no cloud has managed HSMs under ${suffix}`);
  }
  return cloud;
}

/** The cloud whose Entra ID has this host name. */
export function cloudOfLoginHost(host: string): Cloud | undefined {
  return CLOUDS.find(({ loginHosts }) => loginHosts.includes(host));
}

/** The resources that Entra ID issues tokens for. */
export function resourcesOf({
  vaultResource,
  hsmResource,
  armResources,
  graphResources,
}: Cloud): readonly string[] {
  return [vaultResource, hsmResource, ...armResources, ...graphResources];
}

/**
 * The resource as the tokens of the cloud name it, or undefined where the cloud has no such resource. A slash at the
 * end makes no difference: `https://management.core.windows.net//.default` and a single slash are both in use.
 */
export function findResource(cloud: Cloud, resource: string): string | undefined {
  const bare = (name: string) => name.replace(/\/$/, "");
  return resourcesOf(cloud).find((known) => bare(known) === bare(resource)) && resource;
}

/** Whether the name is that of a key vault or a managed HSM, existing or not. */
export function isKeyVaultHost(host: string): boolean {
  return CLOUDS.some(({ vaultSuffix, hsmSuffix }) =>
    [vaultSuffix, hsmSuffix].some((suffix) => host.endsWith(`.${suffix}`)),
  );
}
