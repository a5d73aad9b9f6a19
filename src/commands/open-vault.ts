import type { Credential } from "../credential/credential.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Budget } from "../network/budget.ts";
import type { ChainSource, PluginConfig } from "../plugin-config/plugin-config.ts";
import { expectedChallenge, scopeOf } from "../vault/challenge.ts";
import type { VaultOperation } from "../vault/operation.ts";
import type { Vault } from "../vault/vault.ts";

/** What signing needs in the vault, describe-key and generate-signature together, by where the chain is read from. */
const NEEDS: Readonly<Record<ChainSource["kind"], readonly VaultOperation[]>> = {
  secret: ["keys sign", "secrets get", "certificates get"],
  "self-signed": ["keys sign", "certificates get"],
  "ca-certs": ["keys sign", "certificates get"],
  "cert-chain": ["keys sign"],
};

/**
 * The vault of a key, and who asks it, as the plugin config says. What takes a round trip begins at once, each before
 * more is loaded: the connections to the vault, and the token.
 * @param calls how many calls will be made at the same time
 */
export async function openVault(
  key: KeyIdentifier,
  config: PluginConfig,
  budget: Budget,
  calls: number,
): Promise<Vault> {
  const [{ createConnections }, { joinSdkLog }, { openNetwork }, { trustSystemStore }] = await Promise.all([
    import("../network/connections.ts"),
    import("../network/sdk-log.ts"),
    import("../network/network.ts"),
    import("../network/system-store.ts"),
  ]);
  joinSdkLog();
  trustSystemStore();
  const connections = createConnections();
  connections.openAhead(key.vaultUrl, calls);
  const { createCredential } = await import("../credential/credential.ts");
  const credential = createCredential(config, key.vaultUrl, budget, connections);
  askForToken(credential, key.vaultUrl);
  return {
    url: key.vaultUrl,
    credential,
    credentialType: config.credentialType ?? "default",
    network: openNetwork(budget, connections),
    needs: NEEDS[config.chainSource.kind],
  };
}

/** Whoever needs the token asks again, and shares the answer or the failure. */
function askForToken(credential: Credential, vaultUrl: string): void {
  if (expectedChallenge(vaultUrl) !== undefined) {
    credential.getToken(scopeOf(vaultUrl), { enableCae: true }).catch(() => undefined);
  }
}
