import { type Certificate, hasExpired, issuerOf, namesAsIssuer } from "../certificate/certificate.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import type { PolicyChange } from "../requirements/rule.ts";
import { latestVersionOr, vaultName } from "../vault/fix.ts";

/**
 * How a certificate of the vault is had anew, an imperative: the command makes a new version by the policy of the
 * latest one, with what must change in it. A CA's certificate is only asked for by that, and merged later. One that has
 * expired may have been renewed already.
 */
export function renewVaultCertificate(
  key: KeyIdentifier,
  leaf: Certificate,
  change: PolicyChange | undefined,
): string {
  const object = `--vault-name ${vaultName(key)} --name ${key.name}`;
  const policy = `$(az keyvault certificate show ${object} --query "${policyQuery(change)}" --output json)`;
  const command = `\`az keyvault certificate create ${object} --policy "${policy}"\``;
  // By its name alone: the key of a certificate that is to be had anew may be one that nothing here can verify with.
  const renew = namesAsIssuer(leaf, leaf)
    ? `make a new version of the certificate, and sign with that: ${command}`
    : `have "${issuerOf(leaf)}" issue the certificate again: make the request for it by ${command}, have it issued for code ` +
      "signing, merge what comes back, and sign with that version";
  return hasExpired(leaf, Date.now()) ? latestVersionOr(key, "certificate", renew) : renew;
}

/** JMESPath (https://jmespath.org/specification.html) by which `az` itself changes the policy: no other tool is needed. */
function policyQuery(change: PolicyChange | undefined): string {
  const parts = Object.entries(change ?? {}).map(
    ([name, values]) => `${name}: merge(${name}, ${toExpression(values)})`,
  );
  return parts.length === 0 ? "policy" : `policy | merge(@, {${parts.join(", ")}})`;
}

function toExpression(values: Readonly<Record<string, string | readonly string[]>>): string {
  const entries = Object.entries(values).map(([name, value]) =>
    typeof value === "string" ? `${name}: '${value}'` : `${name}: [${value.map((v) => `'${v}'`).join(", ")}]`,
  );
  return `{${entries.join(", ")}}`;
}
