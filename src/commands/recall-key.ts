import { parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { recallKeySpec } from "../key-spec-cache/key-spec-cache.ts";
import { readPluginConfig } from "../plugin-config/plugin-config.ts";
import type { DescribeKeyRequest, DescribeKeyResponse } from "../protocol/generated/validators.js";

/**
 * The answer to describe-key from what an earlier signing has found out: without a call, and without a credential. A file of
 * the whole chain says for itself what the key is.
 * @returns undefined where nothing is remembered
 * @throws PluginError for a plugin config or a key identifier that is none.
 */
export function recallKey(request: DescribeKeyRequest): DescribeKeyResponse | undefined {
  const { chainSource } = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  const keySpec =
    chainSource.kind === "cert-chain" || key.version === undefined
      ? undefined
      : recallKeySpec(key, process.env);
  return keySpec === undefined ? undefined : { keyId: request.keyId, keySpec };
}
