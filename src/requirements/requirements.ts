import { type Certificate, issuerOf, subjectOf } from "../certificate/certificate.ts";
import { type PluginError, validationError } from "../error/plugin-error.ts";
import { type Finding, issueAgain, type PolicyChange, type Position, type Rule } from "./rule.ts";
import { CA_RULES, LEAF_RULES } from "./rules.ts";

/** A requirement that a certificate of a chain does not meet. */
export interface Violation extends Finding {
  readonly certificate: Certificate;
  readonly index: number;
}

/** Says how a leaf is to be had anew, an imperative; by another policy if it is given. */
export type RenewLeaf = (leaf: Certificate, policy: PolicyChange | undefined) => string;

/** Whether a certificate, at its place in the chain, is such that Notation takes it. */
export function meetsRequirements(certificate: Certificate, position: Position): boolean {
  return rulesAt(position).every((rule) => ruleFinding(rule, certificate, position) === undefined);
}

/**
 * All that Notation would refuse of a chain, or of the part of it that there is, leaf first: every rule of every
 * certificate, so that one failing check does not hide the next.
 */
export async function findViolations(
  chain: readonly Certificate[],
  now: number,
): Promise<readonly Violation[]> {
  const found = chain.flatMap((certificate, index) =>
    rulesAt({ index, now }).map(async (rule) => {
      const finding = await ruleFinding(rule, certificate, { index, now });
      return finding === undefined ? [] : [{ ...finding, certificate, index }];
    }),
  );
  return (await Promise.all(found)).flat();
}

/** The VALIDATION_ERROR that tells of all violations; undefined where there is none. */
export function violationError(
  violations: readonly Violation[],
  renewLeaf: RenewLeaf,
): PluginError | undefined {
  return violations.length === 0
    ? undefined
    : validationError(describeViolations(violations), mendViolations(violations, renewLeaf));
}

/** The violations in words, by certificate: one in a sentence, several in a list. */
function describeViolations(violations: readonly Violation[]): string {
  const byCertificate = Map.groupBy(violations, nameOf);
  return Array.from(byCertificate, ([name, all]) => {
    const problems = all.map(({ problem }) => problem);
    const list =
      problems.length === 1 ? ` ${problems.join("")}` : problems.map((each) => `\n- ${each}`).join("");
    return `${name} does not meet the Notary Project's requirements of certificates:${list}`;
  }).join("\n");
}

/** How a person mends the violations: one imperative for each certificate. */
function mendViolations(violations: readonly Violation[], renewLeaf: RenewLeaf): string {
  const byCertificate = Map.groupBy(violations, ({ certificate }) => certificate);
  const fixes = Array.from(byCertificate, ([certificate, all]) => {
    const again = all.flatMap(({ remedy }) => (remedy.kind === "issue again" ? [remedy] : []));
    if (again.length === 0) {
      return waitFor(all);
    }
    if (all.some(({ index }) => index > 0)) {
      return renewCa(certificate);
    }
    const policies = again.flatMap(({ policy }) => policy ?? []);
    return renewLeaf(certificate, policies.length === 0 ? undefined : Object.assign({}, ...policies));
  });
  return [...new Set(fixes)].join("; and ");
}

function renewCa(certificate: Certificate): string {
  const [subject, issuer] = [subjectOf(certificate), issuerOf(certificate)];
  const asked = subject === issuer ? "the CA" : `"${issuer}"`;
  return `ask ${asked} for a CA certificate "${subject}" that meets them, and put it in the place of this one`;
}

function waitFor(violations: readonly Violation[]): string {
  const times = violations.flatMap(({ remedy }) => (remedy.kind === "wait" ? [remedy.until.getTime()] : []));
  return `sign after ${new Date(Math.max(...times)).toISOString()}, or set this machine's clock, which says ${new Date().toISOString()}`;
}

/** For a leaf that is in a file, and whose key may be anywhere. */
export function reissueByCa(leaf: Certificate): string {
  return (
    `have "${issuerOf(leaf)}" issue the certificate again for this key, as one for code signing: key usage critical with ` +
    "digitalSignature alone, extended key usage codeSigning"
  );
}

function nameOf({ certificate, index }: Violation): string {
  return `${index === 0 ? "leaf" : "CA certificate"} "${subjectOf(certificate)}"`;
}

function rulesAt({ index }: Position): readonly Rule[] {
  return index === 0 ? LEAF_RULES : CA_RULES;
}

/** An extension that cannot be read is a finding, too: Notation cannot read it either. */
function ruleFinding(
  rule: Rule,
  certificate: Certificate,
  position: Position,
): Finding | undefined | Promise<Finding> {
  try {
    return rule(certificate, position);
  } catch (error) {
    if (error instanceof RangeError) {
      return issueAgain("it has an extension or an algorithm that cannot be read");
    }
    throw error;
  }
}
