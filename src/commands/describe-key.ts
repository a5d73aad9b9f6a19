import { parseCertificate } from "../certificate/certificate.ts";
import { requireKeySpec } from "../certificate/key-spec.ts";
import { parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { withinBudget } from "../network/budget.ts";
import { readPluginConfig } from "../plugin-config/plugin-config.ts";
import type { DescribeKeyRequest, DescribeKeyResponse } from "../protocol/generated/validators.js";
import { getVaultCertificate } from "../vault/certificate.ts";
import { openVault } from "./open-vault.ts";

/**
 * The key spec of the key, read off its certificate: that needs certificates get, and not keys get.
 * The key identifier is echoed byte for byte.
 * @throws PluginError of the room that knows the cause.
 */
export async function describeKey(request: DescribeKeyRequest): Promise<DescribeKeyResponse> {
  const config = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  const { der } = await withinBudget(config.timeout, (budget) =>
    getVaultCertificate(openVault(key, config, budget), key),
  );
  const certificate = parseCertificate(der, `certificate "${key.name}" of ${key.vaultUrl}`);
  return { keyId: request.keyId, keySpec: await requireKeySpec(certificate) };
}
