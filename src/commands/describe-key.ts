import type { Certificate } from "../certificate/certificate.ts";
import { checkChainSource } from "../certificate-source/certificate-source.ts";
import { PluginError } from "../error/plugin-error.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { withinBudget } from "../network/budget.ts";
import { type PluginConfig, readPluginConfig } from "../plugin-config/plugin-config.ts";
import type { DescribeKeyRequest, DescribeKeyResponse } from "../protocol/generated/validators.js";

/**
 * The key spec of the key, read off its certificate: that needs certificates get, and not keys get; with a file
 * of the whole chain it needs no call at all. The certificate is checked here, since nothing is signed yet. What the vault has
 * told of a version of the key is remembered.
 * The key identifier is echoed byte for byte.
 * @throws PluginError of the room that knows the cause.
 */
export async function describeKey(request: DescribeKeyRequest): Promise<DescribeKeyResponse> {
  const config = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  checkChainSource(config.chainSource, key);
  const leaf =
    config.chainSource.kind === "cert-chain"
      ? await leafInFile(config.chainSource.file)
      : await leafInVault(key, config);
  const { keySpecOf } = await import("../certificate/key-spec.ts");
  const keySpec = keySpecOf(leaf);
  if (keySpec === undefined) {
    throw new PluginError("ERROR", "a key without a key spec passed the check of the certificate");
  }
  if (config.chainSource.kind !== "cert-chain") {
    const { rememberKeySpec } = await import("../key-spec-cache/key-spec-cache.ts");
    rememberKeySpec(key, keySpec, process.env);
  }
  return { keyId: request.keyId, keySpec };
}

async function leafInVault(key: KeyIdentifier, config: PluginConfig): Promise<Certificate> {
  const { leaf } = await withinBudget(config.timeout, async (budget) => {
    const { openVault } = await import("../open-vault/open-vault.ts");
    const vault = await openVault(key, config, budget, 1);
    const { getVaultLeaf } = await import("../certificate-source/vault-leaf.ts");
    return await getVaultLeaf(vault, key);
  });
  await checkVaultLeaf(key, leaf);
  return leaf;
}

/**
 * Checks the vault's certificate before anything is signed.
 * @throws PluginError VALIDATION_ERROR that tells each requirement that it does not meet.
 */
export async function checkVaultLeaf(key: KeyIdentifier, leaf: Certificate): Promise<void> {
  const [{ findViolations, violationError }, { renewVaultCertificate }] = await Promise.all([
    import("../requirements/requirements.ts"),
    import("../certificate-source/renew-certificate.ts"),
  ]);
  const refused = violationError(await findViolations([leaf], Date.now()), (certificate, policy) =>
    renewVaultCertificate(key, certificate, policy),
  );
  if (refused !== undefined) {
    throw refused;
  }
}

/**
 * The leaf of a file that holds the whole chain, which is checked.
 * @throws PluginError as of `chainInFile`.
 */
export async function leafInFile(file: string): Promise<Certificate> {
  const [{ readCertChain }, { chainInFile }] = await Promise.all([
    import("../certificate-source/cert-chain-file.ts"),
    import("../chain/complete-chain.ts"),
  ]);
  return (await chainInFile(await readCertChain(file), file))[0];
}
