import { createCredential } from "../credential/credential.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Budget } from "../network/budget.ts";
import { openNetwork } from "../network/network.ts";
import { joinSdkLog } from "../network/sdk-log.ts";
import { trustSystemStore } from "../network/system-store.ts";
import type { ChainSource, PluginConfig } from "../plugin-config/plugin-config.ts";
import type { VaultOperation } from "../vault/operation.ts";
import type { Vault } from "../vault/vault.ts";

/** What signing needs in the vault, describe-key and generate-signature together, by where the chain is read from. */
const NEEDS: Readonly<Record<ChainSource["kind"], readonly VaultOperation[]>> = {
  secret: ["keys sign", "secrets get", "certificates get"],
  "self-signed": ["keys sign", "certificates get"],
  "ca-certs": ["keys sign", "certificates get"],
  "cert-chain": ["keys sign"],
};

/** The vault of a key, and who asks it, as the plugin config says. No call is made. */
export function openVault(key: KeyIdentifier, config: PluginConfig, budget: Budget): Vault {
  joinSdkLog();
  trustSystemStore();
  return {
    url: key.vaultUrl,
    credential: createCredential(config, key.vaultUrl, budget),
    credentialType: config.credentialType ?? "default",
    network: openNetwork(budget),
    needs: NEEDS[config.chainSource.kind],
  };
}
