import { isManagedHsm, resourceOf } from "../cloud/cloud.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import { CLAIMS_CODE, type ServiceFailure } from "./service-failure.ts";
import type { Vault } from "./vault.ts";

/** A call that the vault, or something on the way to it, refused. */
export interface FailedCall {
  readonly vault: Vault;
  readonly operation: VaultOperation;
  readonly key: KeyIdentifier;
  readonly failure: ServiceFailure;
}

/** What a person knows the key by. */
type ObjectKind = "certificate" | "key";

/** How a person mends a failed call: an imperative, commands in backticks. */
type Fix = (call: FailedCall) => string;

/** By the service's inner code, its code, or the status: the first that is here. */
const FIXES: ReadonlyMap<string | undefined, Fix> = new Map<string, Fix>([
  ["AccessDenied", grantPermission],
  ["ForbiddenByRbac", grantByRole],
  ["ForbiddenByFirewall", openFirewall],
  ["ForbiddenByConnection", usePrivateEndpoint],
  ["KeyDisabled", enable],
  ["SecretDisabled", enable],
  ["CertificateDisabled", enable],
  ["KeyOperationForbidden", allowOperation],
  ["KeyExpired", useNewerVersion],
  ["SecretExpired", useNewerVersion],
  ["KeyNotYetValid", checkAttributes],
  ["SecretNotYetValid", checkAttributes],
  [CLAIMS_CODE, signInAgain],
  ["400", checkKeyType],
  ["401", checkTenant],
  ["404", ({ vault, key }) => checkKeyIdentifier(key, kindOf(vault))],
  ["408", tryAgain],
  ["429", giveTime],
  ["500", tryAgain],
  ["502", tryAgain],
  ["503", tryAgain],
  ["504", tryAgain],
]);

/** How to mend a call that the service refused; undefined where nothing is known that helps. */
export function findFix(call: FailedCall): string | undefined {
  const { innerCode, code, status } = call.failure;
  const reasons = [innerCode, code, status.toString()];
  return reasons.map((reason) => FIXES.get(reason)).find((fix) => fix !== undefined)?.(call);
}

/** A vault says so where access policies rule; a Managed HSM, which has roles of its own, says it as well. */
function grantPermission(call: FailedCall): string {
  return isManagedHsm(call.key.vaultUrl) ? grantByHsmRole(call) : grantByAccessPolicy(call);
}

/** https://learn.microsoft.com/azure/key-vault/managed-hsm/built-in-roles */
function grantByHsmRole({ key, failure }: FailedCall): string {
  return (
    `grant the role that signing needs, in the HSM itself: \`az keyvault role assignment create ${locate(key)} ` +
    `--role "Managed HSM Crypto User" --assignee ${objectIdIn(failure)} --scope /keys/${key.name}\``
  );
}

/** One command for all that signing needs, since it replaces what was granted before. */
function grantByAccessPolicy({ vault, key, failure }: FailedCall): string {
  const options = vault.needs.map((needed) => OPERATION_GRANTS[needed].policyOption);
  return (
    `grant ${vault.needs.join(", ")}, all that signing needs: \`az keyvault set-policy --name ${vaultName(key)} ` +
    `--object-id ${objectIdIn(failure)} ${options.join(" ")}\` (this replaces what the principal could do with each ` +
    "kind of object: name there what else it needs)"
  );
}

/** `az role assignment create` keeps the last `--role` of several: people lose roles that they think they granted. */
function grantByRole({ vault, key, failure }: FailedCall): string {
  const roles = [...new Set(vault.needs.map((needed) => OPERATION_GRANTS[needed].role))];
  const commands = roles.map(
    (role) =>
      `\`az role assignment create --role "${role}" --assignee ${objectIdIn(failure)} ` +
      `--scope $(az keyvault show --name ${vaultName(key)} --query id --output tsv)\``,
  );
  return (
    `${commands.length === 1 ? "grant the role that signing needs" : "grant the roles that signing needs, each by a command of its own"}: ` +
    `${commands.join(" and ")}; a new role takes some minutes to work`
  );
}

function openFirewall({ key, failure }: FailedCall): string {
  const address = /Client address: ([0-9a-f.:]+)/i.exec(failure.message)?.[1] ?? "<address>";
  return `let this machine through the vault's firewall: \`az keyvault network-rule add ${nameOption(key)} --ip-address ${address}\``;
}

function usePrivateEndpoint({ key }: FailedCall): string {
  return `the vault takes calls by its private endpoint only: sign from its virtual network, where DNS gives ${new URL(key.vaultUrl).hostname} a private address`;
}

function enable({ vault, key }: FailedCall): string {
  const kind = kindOf(vault);
  return `enable the ${kind}: \`az keyvault ${kind} set-attributes ${optionsFor(key)} --enabled true\``;
}

/** The service says in words why a key may not sign. */
function allowOperation(call: FailedCall): string {
  const { failure, key } = call;
  if (/expired/.test(failure.message)) {
    return useNewerVersion(call);
  }
  if (/not permitted/.test(failure.message)) {
    return `allow the key to sign: \`az keyvault key set-attributes ${optionsFor(key)} --ops sign verify\``;
  }
  return checkAttributes(call);
}

/** A policy may have renewed it long ago, while a pipeline names the version before. */
function useNewerVersion({ vault, key }: FailedCall): string {
  const kind = kindOf(vault);
  const chain = kind === "key" ? " with the chain of its certificate" : "";
  return latestVersionOr(key, kind, `renew the ${kind}, and sign with the new version${chain}`);
}

/**
 * How to go on where a version has expired, an imperative: by the latest one, or else by that.
 * @param otherwise an imperative, which is all where no version was named
 */
export function latestVersionOr(key: KeyIdentifier, kind: ObjectKind, otherwise: string): string {
  const chain = kind === "key" ? ", and the chain of its certificate" : "";
  return key.version === undefined
    ? otherwise
    : `sign with the latest version${chain}, if that is a newer one: ${showLatest(key, kind)} prints its key identifier; else ${otherwise}`;
}

function checkAttributes({ vault, key }: FailedCall): string {
  return (
    `look at its dates, and whether it is enabled: \`az keyvault ${kindOf(vault)} show ${optionsFor(key)} ` +
    "--query attributes`"
  );
}

function checkKeyType({ vault, key }: FailedCall): string {
  const kind = kindOf(vault);
  const query = kind === "key" ? "key.[kty,crv]" : "policy.keyProperties";
  return (
    "check that the key identifier names the key that describe-key told of: " +
    `\`az keyvault ${kind} show ${optionsFor(key)} --query ${query}\` shows what it is`
  );
}

function checkTenant({ key, vault }: FailedCall): string {
  if (vault.network.clockNote() !== "") {
    return "set this machine's clock";
  }
  return (
    "check that the credential is of the vault's tenant: " +
    `\`az keyvault show ${nameOption(key)} --query properties.tenantId\` for AZURE_TENANT_ID, or \`az login --tenant <tenant>\``
  );
}

function signInAgain({ key }: FailedCall): string {
  return (
    `sign in again, since the vault asks for a newer or stricter token: \`az login --scope ${resourceOf(key.vaultUrl)}/.default\`; ` +
    "of a service principal, ask an administrator of the tenant for its Conditional Access policies"
  );
}

/** How to find the right key identifier. The first command needs `list`; the second, of a certificate, no more than signing does. */
export function checkKeyIdentifier(key: KeyIdentifier, kind: ObjectKind): string {
  return (
    `check name and version in the key identifier: \`az keyvault ${kind} list ${locate(key)} --query '[].name'\` ` +
    `lists the names, ${showLatest(key, kind)} prints the latest version's`
  );
}

/** The command that prints the key identifier of the latest version. */
function showLatest(key: KeyIdentifier, kind: ObjectKind): string {
  const query = kind === "key" ? "key.kid" : "kid";
  return `\`az keyvault ${kind} show ${locate(key)} --name ${key.name} --query ${query}\``;
}

function giveTime({ vault }: FailedCall): string {
  return (
    "sign less at once, or with keys of more than one vault; or allow more time for trying again: plugin config " +
    `timeout=<seconds>, now ${vault.network.budget.seconds}`
  );
}

function tryAgain(): string {
  return (
    "try again, or allow more time for it: plugin config timeout=<seconds>; if it stays so, look at the state of Azure " +
    "Key Vault on https://status.azure.com"
  );
}

function optionsFor(key: KeyIdentifier): string {
  const version = key.version === undefined ? "" : ` --version ${key.version}`;
  return `${locate(key)} --name ${key.name}${version}`;
}

/** What the person thinks of: the certificate, or the key where that has no certificate in the vault. */
function kindOf({ needs }: Vault): ObjectKind {
  return needs.includes("certificates get") ? "certificate" : "key";
}

/** Options of `az keyvault key` and `certificate` for the vault. */
function locate(key: KeyIdentifier): string {
  return `${isManagedHsm(key.vaultUrl) ? "--hsm-name" : "--vault-name"} ${vaultName(key)}`;
}

/** The same of `az keyvault` itself. */
function nameOption(key: KeyIdentifier): string {
  return `${isManagedHsm(key.vaultUrl) ? "--hsm-name" : "--name"} ${vaultName(key)}`;
}

/** The vault as `az` names it. */
export function vaultName(key: KeyIdentifier): string {
  return new URL(key.vaultUrl).hostname.split(".", 1)[0] ?? key.vaultUrl;
}

/** The object id that the service names in its refusal. */
function objectIdIn(failure: ServiceFailure): string {
  return /\boid=([0-9a-f-]{36})/i.exec(failure.message)?.[1] ?? "<object id>";
}
