import type { Certificate } from "../certificate/certificate.ts";
import type { FoundCertificates } from "../certificate-source/found-certificates.ts";
import { getVaultLeaf } from "../certificate-source/vault-leaf.ts";
import type { NonEmptyPath } from "../chain/certificate-bag.ts";
import { completeChain } from "../chain/complete-chain.ts";
import { leavesByPlace } from "../chain/leaf-by-place.ts";
import { signingChain } from "../chain/signing-chain.ts";
import { checkVaultLeaf, leafInFile } from "../commands/describe-key.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { type Budget, startBudget, withinRest } from "../network/budget.ts";
import { type OpenVault, openVault } from "../open-vault/open-vault.ts";
import type { CheckedHost, CheckWarning } from "../protocol/generated/validators.js";
import type { VaultCall } from "../vault/vault.ts";
import type { Asked } from "./asked.ts";
import type { Findings } from "./findings.ts";
import { checkHosts } from "./hosts.ts";
import { findNewerVersion } from "./newer-version.ts";
import { tryOtherPermissions } from "./permissions.ts";
import { makeTestSignature, type TestSignature } from "./signing.ts";

/** Reading the certificate and the secret, and trying a permission that is not needed. */
const CALLS_AT_ONCE = 2;

/** How long what decides nothing is waited for once all else is done, in milliseconds. */
const PATIENCE_MS = 5000;

/** What a walk on the way of a signing came upon; what failed is among the findings. */
export interface Walked {
  readonly vault: OpenVault;
  readonly hosts: readonly CheckedHost[];
  /** All calls to the vault, in the order in which they ended. */
  readonly calls: readonly VaultCall[];
  readonly found: FoundCertificates | undefined;
  /** The certificate of the key, as far as it is known. */
  readonly leaf: Certificate | undefined;
  /** Of what the vault has after a certificate that ends. */
  readonly newer: CheckWarning | undefined;
  readonly signed: TestSignature | undefined;
  /** The chain that a signature would have. */
  readonly chain: NonEmptyPath | undefined;
}

/**
 * Walks the way of a signing, describe-key and generate-signature together, to its end, whatever fails on it. What is independent
 * is asked for at once. Signs nothing but words of its own.
 */
export async function walk(
  asked: Asked,
  environment: Readonly<Record<string, string | undefined>>,
  findings: Findings,
): Promise<Walked> {
  const { key, config, findCertificates } = asked;
  const budget = startBudget(config.timeout);
  const calls: VaultCall[] = [];
  const probing = checkHosts(key, config, environment, budget);
  const vault = await openVault(key, config, budget, CALLS_AT_ONCE, (call) => calls.push(call));
  const reading = Promise.all([
    findings.attempt(() => withinRest(budget, describeLeaf(asked, vault))),
    findings.attempt(() => withinRest(budget, findCertificates(vault, key))),
  ]);
  // After those that decide: they take the connections that were opened ahead.
  const trying = withinRest(budget, tryOtherPermissions(vault, key)).catch(() => undefined);
  const [described, found] = await reading;
  const leaf = described?.leaf ?? leavesByPlace(found?.leafCandidates ?? [])[0];
  if (described?.version !== undefined) {
    await findings.attempt(() => checkVaultLeaf(key, described.leaf));
  }
  const version = key.version ?? found?.version ?? described?.version;
  const advising =
    described?.version === undefined ? undefined : adviseOnVersion(vault, key, described.leaf, budget);
  const signed = await findings.attempt(() => sign(vault, { ...key, version }, leaf, budget));
  const chain = await findings.attempt(() => chainOf(found, leaf, signed));
  const hosts = await probing;
  const [newer] = await Promise.all([patiently(advising), patiently(trying)]);
  return { vault, hosts, calls: [...calls], found, leaf, newer, signed, chain };
}

/** Undefined where it takes too long. */
async function patiently<T>(extra: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([extra, patience]);
  } finally {
    clearTimeout(timer);
  }
}

interface DescribedLeaf {
  readonly leaf: Certificate;
  readonly version: string | undefined;
}

/** As describe-key finds it. What is wrong with it is told once the chain above it is known, as well. */
async function describeLeaf(
  { key, config: { chainSource } }: Asked,
  vault: OpenVault,
): Promise<DescribedLeaf> {
  return chainSource.kind === "cert-chain"
    ? { leaf: await leafInFile(chainSource.file), version: undefined }
    : await getVaultLeaf(vault, key);
}

/** Signing does not need it: where there is no answer, there is nothing to say. */
function adviseOnVersion(
  vault: OpenVault,
  key: KeyIdentifier,
  leaf: Certificate,
  budget: Budget,
): Promise<CheckWarning | undefined> {
  return withinRest(budget, findNewerVersion(vault, key, leaf, Date.now())).catch(() => undefined);
}

/** Nothing is asked for in no time: what is told then is part of what was told before. */
async function sign(
  vault: OpenVault,
  key: KeyIdentifier,
  leaf: Certificate | undefined,
  budget: Budget,
): Promise<TestSignature | undefined> {
  if (budget.remaining() === 0) {
    throw budget.timeoutError();
  }
  return await withinRest(budget, makeTestSignature(vault, key, leaf));
}

/** Where there is no signature, the chain of the certificate that would make it. */
async function chainOf(
  found: FoundCertificates | undefined,
  leaf: Certificate | undefined,
  signed: TestSignature | undefined,
): Promise<NonEmptyPath | undefined> {
  if (found !== undefined && signed !== undefined) {
    return await signingChain(found, signed.algorithm, signed.payload, signed.signature);
  }
  return found && leaf && (await completeChain(leaf, found));
}
