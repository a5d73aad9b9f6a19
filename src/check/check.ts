import { isSelfSigned } from "../certificate/certificate.ts";
import { findPathToRoot, type Path } from "../chain/path-to-root.ts";
import { getPluginMetadata } from "../commands/get-plugin-metadata.ts";
import { CA_FILE_VARIABLE, faultOfCaFile } from "../environment/ca-file.ts";
import { redact } from "../error/redact.ts";
import { type KeyIdentifier, withoutUserInfo } from "../key-identifier/key-identifier.ts";
import type { CheckedTrust, CheckReport } from "../protocol/generated/validators.js";
import { trustFor } from "../trust-policy/verifier-trust.ts";
import { vaultName } from "../vault/fix.ts";
import { type CheckRequest, readAsked } from "./asked.ts";
import { describeChain } from "./certificates.ts";
import { describeCredential } from "./credential.ts";
import { createFindings, type Findings } from "./findings.ts";
import { describePermissions } from "./permissions.ts";
import { describeSignature } from "./signing.ts";
import { type Walked, walk } from "./walk.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The part of the report that a walk fills, as far as it got. */
type FoundParts = Pick<CheckReport, "hosts" | "credential" | "permissions" | "chain" | "signature" | "trust">;

const NOTHING_SENT = { requests: 0, connections: 0, roundTrips: 0 };

/**
 * Tries all that signing with a key needs, and tells what it found, right and wrong: so that a person learns of everything at
 * once, before a pipeline runs. It signs if and only if `notation sign` would: the rooms of signing decide.
 */
export async function check(request: CheckRequest, environment: Environment): Promise<CheckReport> {
  const start = performance.now();
  const findings = createFindings(environment);
  warnOfCaFile(environment, findings);
  const asked = await readAsked(request, environment, findings);
  const walked = asked && (await walk(asked, environment, findings));
  const parts = walked && (await describe(asked.key, walked, findings));
  const problems = findings.problems();
  const { name, version } = getPluginMetadata();
  return {
    reportVersion: "1.0",
    plugin: { name, version },
    keyId: redact(withoutUserInfo(request.keyId), environment),
    signs: problems.length === 0 && walked?.signed !== undefined && walked.chain !== undefined,
    problems,
    warnings: findings.warnings(),
    ...(parts ?? { hosts: [], permissions: [] }),
    usage: {
      milliseconds: Math.round(performance.now() - start),
      ...(walked?.vault.connections.traffic() ?? NOTHING_SENT),
    },
  };
}

function warnOfCaFile(environment: Environment, findings: Findings): void {
  const fault = faultOfCaFile(environment);
  if (fault !== undefined) {
    findings.warn(
      `${CA_FILE_VARIABLE} is left out, since ${fault}`,
      "set it to a file that can be loaded, or unset it",
    );
  }
}

async function describe(key: KeyIdentifier, walked: Walked, findings: Findings): Promise<FoundParts> {
  const { vault, hosts, calls, found, leaf, newer, signed } = walked;
  const path = pathOf(walked);
  const chain = path && (await describeChain(path, Date.now()));
  for (const { subject, advice } of chain?.certificates ?? []) {
    for (const each of advice) {
      findings.warn(`certificate "${subject}": ${each}`);
    }
  }
  if (newer !== undefined) {
    findings.warn(newer.problem, newer.fix);
  }
  const clock = vault.network.clockNote().replace(/^ \((.*)\)$/, "$1");
  if (clock !== "") {
    findings.warn(clock, "set this machine's clock");
  }
  const trust = trustOf(key, walked);
  return {
    hosts: [...hosts],
    credential: describeCredential(vault),
    permissions: describePermissions({
      vault,
      key,
      calls,
      tokenFailure: vault.credential.lastFailure(),
      isSelfSigned: found !== undefined && leaf !== undefined && isSelfSigned(leaf),
    }),
    ...(chain && { chain }),
    ...(signed && { signature: describeSignature(signed, found ?? { leafCandidates: leaf ? [leaf] : [] }) }),
    ...(trust && { trust }),
  };
}

/** The chain, or what there is of it. */
function pathOf({ chain, leaf, found }: Walked): Path | undefined {
  if (chain !== undefined) {
    return { certificates: chain, reachesRoot: true };
  }
  return leaf && findPathToRoot(leaf, found?.bag ?? [leaf], Date.now());
}

function trustOf(key: KeyIdentifier, { chain }: Walked): CheckedTrust | undefined {
  const root = chain?.at(-1);
  if (chain === undefined || root === undefined) {
    return undefined;
  }
  const { identity, unmatchable, trustPolicy, ...trust } = trustFor(chain[0], root, vaultName(key));
  return {
    ...trust,
    trustedIdentity: identity,
    ...(unmatchable !== undefined && { unmatchable }),
    trustPolicy: { ...trustPolicy },
  };
}
