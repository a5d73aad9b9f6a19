import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  VisualStudioCodeCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";

/** The credentials of the default chain, as messages name them. */
const NAMES: readonly (readonly [credential: new (...args: never[]) => TokenCredential, name: string])[] = [
  [EnvironmentCredential, "environment"],
  [WorkloadIdentityCredential, "workloadid"],
  [ManagedIdentityCredential, "managedid"],
  [AzureCliCredential, "azurecli"],
  [VisualStudioCodeCredential, "Visual Studio Code"],
  [AzurePowerShellCredential, "Azure PowerShell"],
  [AzureDeveloperCliCredential, "azd"],
];

/** The method of the SDK's chain that knows; it is not part of its interface. */
const INNER_METHOD = "getTokenInternal";

/**
 * Notes which credential of the SDK's default chain gives its tokens. The SDK tells it to its log alone, by a name of the
 * class, which bundling changes. Where a later SDK has no such method any more, nothing is noted, and nothing else changes.
 * @returns the name of the last one
 */
export function noteChainSource(chain: TokenCredential): () => string | undefined {
  let source: string | undefined;
  const inner: unknown = Reflect.get(chain, INNER_METHOD);
  if (typeof inner === "function") {
    Reflect.set(chain, INNER_METHOD, async (...args: unknown[]): Promise<unknown> => {
      const result: unknown = await Reflect.apply(inner, chain, args);
      source = nameOf(result);
      return result;
    });
  }
  return () => source;
}

function nameOf(result: unknown): string | undefined {
  const credential: unknown =
    typeof result === "object" && result !== null && "successfulCredential" in result
      ? result.successfulCredential
      : undefined;
  return NAMES.find(([made]) => credential instanceof made)?.[1];
}
