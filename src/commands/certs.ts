import { type Certificate, issuerOf, subjectOf, validityOf } from "../certificate/certificate.ts";
import { certificateToPem } from "../certificate/pem.ts";
import { certificateSource, checkChainSource } from "../certificate-source/certificate-source.ts";
import type { FoundCertificates } from "../certificate-source/found-certificates.ts";
import { findLeafAlone, getVaultLeaf } from "../certificate-source/vault-leaf.ts";
import type { NonEmptyPath } from "../chain/certificate-bag.ts";
import { leavesByPlace } from "../chain/leaf-by-place.ts";
import { findPathToRoot } from "../chain/path-to-root.ts";
import { PluginError } from "../error/plugin-error.ts";
import { fetchIssuers } from "../issuers/fetch-issuers.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { type Budget, withinBudget } from "../network/budget.ts";
import { openVault } from "../open-vault/open-vault.ts";
import { type PluginConfig, readPluginConfig } from "../plugin-config/plugin-config.ts";
import type { DescribeKeyRequest } from "../protocol/generated/validators.js";
import type { Vault } from "../vault/vault.ts";
import { lacksPermission } from "../vault/vault-error.ts";

/** What a person asks for on the command line. */
export interface CertsOptions {
  /** Completes the chain from the addresses that its certificates name. */
  readonly fetchIssuers: boolean;
  /** The root alone, as `notation cert add` takes it. */
  readonly rootOnly: boolean;
}

/**
 * The certificate chain of a key as PEM, leaf to root, each with its names and dates before it. Nothing is signed, so that
 * keys sign is not needed, and the Notary Project's requirements are not checked: this is for whoever wants to see what
 * there is.
 * @throws PluginError of the room that knows the cause.
 */
export async function certs(request: DescribeKeyRequest, options: CertsOptions): Promise<string> {
  const config = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  checkChainSource(config.chainSource, key);
  const chain = await withinBudget(config.timeout, (budget) => findChain(key, config, options, budget));
  const shown = options.rootOnly ? chain.slice(-1) : chain;
  return shown.map(describe).join("\n");
}

async function findChain(
  key: KeyIdentifier,
  config: PluginConfig,
  options: CertsOptions,
  budget: Budget,
): Promise<NonEmptyPath> {
  const vault = await openVault(key, config, budget, 1);
  const found = await findCertificates(vault, key, config, options);
  const leaf = await findLeaf(vault, key, found);
  const { bag } = options.fetchIssuers ? await fetchIssuers(leaf, found, budget) : found;
  const { certificates, reachesRoot } = findPathToRoot(leaf, bag, Date.now());
  if (!reachesRoot) {
    throw found.incomplete(certificates);
  }
  return certificates;
}

/** Whoever gets the issuers from elsewhere can do without the secret. */
async function findCertificates(
  vault: Vault,
  key: KeyIdentifier,
  { chainSource }: PluginConfig,
  options: CertsOptions,
): Promise<FoundCertificates> {
  const find = await certificateSource(chainSource);
  try {
    return await find(vault, key);
  } catch (error) {
    if (options.fetchIssuers && error instanceof PluginError && lacksPermission(error)) {
      return await findLeafAlone(vault, key);
    }
    throw error;
  }
}

/** No signature tells the leaf: the vault's certificate is it, or where all is from a file, its place there. */
async function findLeaf(
  vault: Vault,
  key: KeyIdentifier,
  { leafCandidates, version }: FoundCertificates,
): Promise<Certificate> {
  const [only, ...others] = leafCandidates;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  if (vault.needs.includes("certificates get")) {
    return (await getVaultLeaf(vault, { ...key, version })).leaf;
  }
  const [leaf] = leavesByPlace(leafCandidates);
  if (leaf === undefined) {
    throw new PluginError("ERROR", "there is no certificate to begin a chain with");
  }
  return leaf;
}

/** Text before a block of PEM is passed over by whoever reads it (RFC 7468, section 2). */
function describe(certificate: Certificate): string {
  const { validFrom, validTo } = validityOf(certificate);
  return (
    `# subject: ${subjectOf(certificate)}\n# issuer: ${issuerOf(certificate)}\n# valid: ${validFrom} to ` +
    `${validTo}\n${certificateToPem(certificate.der)}`
  );
}
