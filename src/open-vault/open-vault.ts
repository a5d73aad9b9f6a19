import type { Credential } from "../credential/credential.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Budget } from "../network/budget.ts";
import type { Connections } from "../network/connections.ts";
import type { ChainSource, PluginConfig } from "../plugin-config/plugin-config.ts";
import { expectedChallenge, scopeOf } from "../vault/challenge.ts";
import type { VaultOperation } from "../vault/operation.ts";
import type { Vault } from "../vault/vault.ts";
import { waysAhead } from "./ways-ahead.ts";

/** What signing needs in the vault, describe-key and generate-signature together, by where the chain is read from. */
const NEEDS: Readonly<Record<ChainSource["kind"], readonly VaultOperation[]>> = {
  secret: ["keys sign", "secrets get", "certificates get"],
  "self-signed": ["keys sign", "certificates get"],
  "ca-certs": ["keys sign", "certificates get"],
  "cert-chain": ["keys sign"],
};

/** A vault, with what can be told of the way to it. */
export interface OpenVault extends Vault {
  readonly credential: Credential;
  readonly connections: Connections;
}

/**
 * The vault of a key, and who asks it, as the plugin config says. What takes round trips begins at once, before what
 * follows it is loaded: first the connections, then the token.
 * @param calls how many calls will be made at the same time
 * @param onCall is told of each call when it has ended
 */
export async function openVault(
  key: KeyIdentifier,
  config: PluginConfig,
  budget: Budget,
  calls: number,
  onCall?: Vault["onCall"],
): Promise<OpenVault> {
  const [{ openAhead }, { trustSystemStore }] = await Promise.all([
    import("../network/open-ahead.ts"),
    import("../network/system-store.ts"),
  ]);
  trustSystemStore();
  const opened = openAhead(waysAhead(key.vaultUrl, config.credentialType, calls, process.env));
  await turnOfEvents();
  const [{ createConnections }, { silenceStreams }] = await Promise.all([
    import("../network/connections.ts"),
    import("../log/silence-streams.ts"),
  ]);
  silenceStreams();
  await turnOfEvents();
  const [{ openNetwork }, { joinSdkLog }] = await Promise.all([
    import("../network/network.ts"),
    import("../network/sdk-log.ts"),
  ]);
  await turnOfEvents();
  const { createCredential } = await import("../credential/credential.ts");
  joinSdkLog();
  const connections = createConnections(opened);
  const credential = createCredential(config, key.vaultUrl, budget, connections);
  askForToken(credential, key.vaultUrl);
  await turnOfEvents();
  return {
    url: key.vaultUrl,
    credential,
    credentialType: config.credentialType ?? "default",
    network: openNetwork(budget, connections),
    needs: NEEDS[config.chainSource.kind],
    connections,
    ...(onCall && { onCall }),
  };
}

/** Loading holds up all else, and a connection takes several steps to open: each gets its turn between two loads. */
function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whoever needs the token asks again, and shares the answer or the failure. */
function askForToken(credential: Credential, vaultUrl: string): void {
  if (expectedChallenge(vaultUrl) !== undefined) {
    credential.getToken(scopeOf(vaultUrl), { enableCae: true }).catch(() => undefined);
  }
}
