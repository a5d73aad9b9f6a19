import { redact } from "../error/redact.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { Budget } from "../network/budget.ts";
import { type ProbedHost, probeHost } from "../network/probe.ts";
import { waysAhead } from "../open-vault/ways-ahead.ts";
import type { PluginConfig } from "../plugin-config/plugin-config.ts";
import type { CheckedHost } from "../protocol/generated/validators.js";

/** Connects once to each server that signing will ask, by the way that signing takes. */
export async function checkHosts(
  { vaultUrl }: KeyIdentifier,
  { credentialType }: PluginConfig,
  environment: Readonly<Record<string, string | undefined>>,
  budget: Budget,
): Promise<CheckedHost[]> {
  const ways = waysAhead(vaultUrl, credentialType, 1, environment);
  const probed = await Promise.all(ways.map((way) => probeHost(way, budget)));
  const { hostname } = new URL(vaultUrl);
  return probed.map(({ failure, ...host }) => ({
    ...toCheckedHost(host, host.peer.host === hostname ? "vault" : "Entra ID"),
    ...(failure !== undefined && { failure: redact(failure.message, environment) }),
  }));
}

function toCheckedHost(
  { peer, addresses, tls, milliseconds }: Omit<ProbedHost, "failure">,
  role: CheckedHost["role"],
): CheckedHost {
  return {
    role,
    host: peer.host,
    ...(peer.proxy !== undefined && { proxy: peer.proxy }),
    ...(addresses !== undefined && { addresses: [...addresses] }),
    ...(tls !== undefined && {
      tls: { ...tls },
      milliseconds: Math.round(milliseconds),
    }),
  };
}
