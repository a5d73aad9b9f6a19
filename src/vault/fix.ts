import { resourceOf } from "../cloud/cloud.ts";
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

/** How a person mends a failed call: an imperative, commands in backticks. */
type Fix = (call: FailedCall) => string;

/** By the service's inner code, its code, or the status: the first that is here. */
const FIXES: ReadonlyMap<string | undefined, Fix> = new Map<string, Fix>([
  ["AccessDenied", grantByAccessPolicy],
  ["ForbiddenByRbac", grantByRole],
  ["ForbiddenByFirewall", openFirewall],
  ["ForbiddenByConnection", usePrivateEndpoint],
  ["KeyDisabled", enable],
  ["SecretDisabled", enable],
  ["CertificateDisabled", enable],
  ["KeyOperationForbidden", allowOperation],
  ["KeyExpired", checkAttributes],
  ["SecretExpired", checkAttributes],
  ["KeyNotYetValid", checkAttributes],
  ["SecretNotYetValid", checkAttributes],
  [CLAIMS_CODE, signInAgain],
  ["400", checkKeyType],
  ["401", checkTenant],
  ["404", ({ key }) => checkKeyIdentifier(key)],
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

/** One command for all that signing needs, since it replaces what was granted before. */
function grantByAccessPolicy({ vault, operation, key, failure }: FailedCall): string {
  const options = vault.needs.map((needed) => OPERATION_GRANTS[needed].policyOption);
  return (
    `grant ${vault.needs.join(", ")}, all that signing needs: \`az keyvault set-policy --name ${vaultName(key)} ` +
    `--object-id ${objectIdIn(failure)} ${options.join(" ")}\` (this replaces what the principal could do with each ` +
    `kind of object: name there what else it needs)${otherWayFor(operation)}`
  );
}

/** `az role assignment create` keeps the last `--role` of several: people lose roles that they think they granted. */
function grantByRole({ vault, operation, key, failure }: FailedCall): string {
  const roles = [...new Set(vault.needs.map((needed) => OPERATION_GRANTS[needed].role))];
  const commands = roles.map(
    (role) =>
      `\`az role assignment create --role "${role}" --assignee ${objectIdIn(failure)} ` +
      `--scope $(az keyvault show --name ${vaultName(key)} --query id --output tsv)\``,
  );
  return (
    `grant the roles that signing needs, each by a command of its own: ${commands.join(" and ")}; a new role takes ` +
    `some minutes to work${otherWayFor(operation)}`
  );
}

function openFirewall({ key, failure }: FailedCall): string {
  const address = /Client address: ([0-9a-f.:]+)/i.exec(failure.message)?.[1] ?? "<address>";
  return `let this machine through the vault's firewall: \`az keyvault network-rule add --name ${vaultName(key)} --ip-address ${address}\``;
}

function usePrivateEndpoint({ key }: FailedCall): string {
  return `the vault takes calls by its private endpoint only: sign from its virtual network, where DNS gives ${new URL(key.vaultUrl).hostname} a private address`;
}

function enable({ key }: FailedCall): string {
  return `enable the certificate: \`az keyvault certificate set-attributes ${optionsFor(key)} --enabled true\``;
}

/** The service says in words why a key may not sign. */
function allowOperation(call: FailedCall): string {
  const { failure, key } = call;
  if (/expired/.test(failure.message)) {
    return "renew the certificate, and sign with the new version";
  }
  if (/not permitted/.test(failure.message)) {
    return `allow the key to sign: \`az keyvault key set-attributes ${optionsFor(key)} --ops sign verify\``;
  }
  return checkAttributes(call);
}

function checkAttributes({ key }: FailedCall): string {
  return (
    `look at its dates, and whether it is enabled: \`az keyvault certificate show ${optionsFor(key)} ` +
    "--query attributes`"
  );
}

function checkKeyType({ key }: FailedCall): string {
  return (
    "check that the key identifier names the key that describe-key told of: " +
    `\`az keyvault certificate show ${optionsFor(key)} --query policy.keyProperties\` shows its type and size`
  );
}

function checkTenant({ key, vault }: FailedCall): string {
  if (vault.network.clockNote() !== "") {
    return "set this machine's clock";
  }
  return (
    "check that the credential is of the vault's tenant: " +
    `\`az keyvault show --name ${vaultName(key)} --query properties.tenantId\` for AZURE_TENANT_ID, or \`az login --tenant <tenant>\``
  );
}

function signInAgain({ key }: FailedCall): string {
  return (
    `sign in again, since the vault asks for a newer or stricter token: \`az login --scope ${resourceOf(key.vaultUrl)}/.default\`; ` +
    "of a service principal, ask an administrator of the tenant for its Conditional Access policies"
  );
}

/** How to find the right key identifier: by a command that the permissions for signing allow. */
export function checkKeyIdentifier(key: KeyIdentifier): string {
  const vault = vaultName(key);
  return (
    `check name and version in the key identifier: \`az keyvault certificate list --vault-name ${vault} --query '[].name'\` ` +
    `lists the names, \`az keyvault certificate show --vault-name ${vault} --name ${key.name} --query kid\` prints the latest version's`
  );
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

/** A secret need not be read if the certificates come from elsewhere. */
function otherWayFor(operation: VaultOperation): string {
  return operation === "secrets get"
    ? "; or do without the secret: plugin config ca_certs=<file with the CA certificates>, or self_signed=true if the certificate is self-signed"
    : "";
}

function optionsFor(key: KeyIdentifier): string {
  const version = key.version === undefined ? "" : ` --version ${key.version}`;
  return `--vault-name ${vaultName(key)} --name ${key.name}${version}`;
}

/** The vault as `az` names it. */
export function vaultName(key: KeyIdentifier): string {
  return new URL(key.vaultUrl).hostname.split(".", 1)[0] ?? key.vaultUrl;
}

/** The object id that the service names in its refusal. */
function objectIdIn(failure: ServiceFailure): string {
  return /\boid=([0-9a-f-]{36})/i.exec(failure.message)?.[1] ?? "<object id>";
}
