/** One of Azure's clouds: which Entra ID issues the tokens for its vaults. */
interface Cloud {
  /** DNS suffixes of its key vaults and managed HSMs. */
  readonly suffixes: readonly string[];
  /** Its Entra ID's authority host. */
  readonly authorityHost: string;
  /** The host that Microsoft's libraries ask for tokens in its place, where that is another. */
  readonly tokenHost?: string;
}

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const CLOUDS: readonly Cloud[] = [
  {
    suffixes: ["vault.azure.net", "managedhsm.azure.net"],
    authorityHost: "https://login.microsoftonline.com",
  },
  {
    suffixes: ["vault.azure.cn", "managedhsm.azure.cn"],
    authorityHost: "https://login.chinacloudapi.cn",
    tokenHost: "https://login.partner.microsoftonline.cn",
  },
  {
    suffixes: ["vault.usgovcloudapi.net", "managedhsm.usgovcloudapi.net"],
    authorityHost: "https://login.microsoftonline.us",
  },
];

/**
 * The authority host that issues tokens for a vault, by the suffix of the vault's host name; undefined for a host of
 * no cloud that is known here.
 * @param vaultUrl for example `https://myvault.vault.azure.cn`
 */
export function authorityHostOf(vaultUrl: string): string | undefined {
  return cloudOf(vaultUrl)?.authorityHost;
}

/** The host that is asked for the tokens of a vault; undefined as for the authority host. */
export function tokenHostOf(vaultUrl: string): string | undefined {
  const cloud = cloudOf(vaultUrl);
  return cloud?.tokenHost ?? cloud?.authorityHost;
}

function cloudOf(vaultUrl: string): Cloud | undefined {
  const { hostname } = new URL(vaultUrl);
  return CLOUDS.find(({ suffixes }) => suffixes.some((suffix) => hostname.endsWith(`.${suffix}`)));
}

/** Whether the host is a Managed HSM's: it holds keys, and neither certificates nor secrets. */
export function isManagedHsm(vaultUrl: string): boolean {
  return resourceOf(vaultUrl).startsWith("https://managedhsm.") && authorityHostOf(vaultUrl) !== undefined;
}

/** What the tokens for a vault are for, such as `https://vault.azure.net`: the suffix of its host name. */
export function resourceOf(vaultUrl: string): string {
  const { hostname } = new URL(vaultUrl);
  const known = CLOUDS.flatMap(({ suffixes }) => suffixes).find((suffix) => hostname.endsWith(`.${suffix}`));
  return `https://${known ?? hostname.replace(/^[^.]*\./, "")}`;
}
