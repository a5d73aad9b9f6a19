import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import type { ServiceFailure } from "./service-failure.ts";

/** How a person mends a failed call: an imperative, commands in backticks. */
type Fix = (operation: VaultOperation, key: KeyIdentifier, failure: ServiceFailure) => string;

/** `az role assignment create` keeps the last `--role` of several: people lose roles that they think they granted. */
const ALL_ROLES = [...new Set(Object.values(OPERATION_GRANTS).map(({ role }) => role))];

/** By the service's inner code, its code, the network's code, or the status: the first that is here. */
const FIXES: ReadonlyMap<string | undefined, Fix> = new Map<string, Fix>([
  ["AccessDenied", grantByAccessPolicy],
  ["ForbiddenByRbac", grantByRole],
  [
    "ForbiddenByFirewall",
    (_operation, key) =>
      `let this machine through the vault's firewall: \`az keyvault network-rule add --name ${vaultName(key)} --ip-address <address>\``,
  ],
  ["KeyDisabled", enable],
  ["SecretDisabled", enable],
  ["CertificateDisabled", enable],
  ["KeyOperationForbidden", checkAttributes],
  ["KeyExpired", checkAttributes],
  ["SecretExpired", checkAttributes],
  ["KeyNotYetValid", checkAttributes],
  ["SecretNotYetValid", checkAttributes],
  ["401", () => "check that the credential's tenant is the vault's"],
  ["404", checkName],
  ["429", () => "try again later, or spread the signing over more than one vault"],
  ["408", tryAgain],
  ["500", tryAgain],
  ["502", checkWay],
  ["503", tryAgain],
  ["504", tryAgain],
  ["PARSE_ERROR", checkWay],
  ["ECONNRESET", tryAgain],
  ["ETIMEDOUT", checkWay],
  ["ENOTFOUND", checkWay],
  ["EAI_AGAIN", checkWay],
  ["ECONNREFUSED", checkWay],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", trustCa],
  ["UNABLE_TO_GET_ISSUER_CERT", trustCa],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", trustCa],
  ["SELF_SIGNED_CERT_IN_CHAIN", trustCa],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", trustCa],
]);

/** How to mend a failed call; undefined where nothing is known that helps. */
export function findFix(
  operation: VaultOperation,
  key: KeyIdentifier,
  failure: ServiceFailure,
): string | undefined {
  const reasons = [failure.innerCode, failure.code, failure.status?.toString()];
  const fix = reasons.map((reason) => FIXES.get(reason)).find((candidate) => candidate !== undefined);
  // An answer without a code is no vault's: what stands between, or in its place, made it.
  return (fix ?? (failure.code === undefined ? checkWay : undefined))?.(operation, key, failure);
}

function grantByAccessPolicy(operation: VaultOperation, key: KeyIdentifier, failure: ServiceFailure): string {
  return (
    `grant ${operation}: \`az keyvault set-policy --name ${vaultName(key)} --object-id ${objectIdIn(failure)} ` +
    `${OPERATION_GRANTS[operation].policyOption}\` (this replaces what the principal may do with ` +
    `${operation.split(" ", 1)[0]}: name there what else it needs)${otherWayFor(operation)}`
  );
}

function grantByRole(operation: VaultOperation, key: KeyIdentifier, failure: ServiceFailure): string {
  const { role } = OPERATION_GRANTS[operation];
  return (
    `grant the role "${role}": \`az role assignment create --role "${role}" --assignee ${objectIdIn(failure)} ` +
    `--scope $(az keyvault show --name ${vaultName(key)} --query id --output tsv)\`${otherWayFor(operation)}. ` +
    `${ALL_ROLES.map((name) => `"${name}"`).join(" and ")} are all that signing needs, each granted by a command of its own`
  );
}

function enable(_operation: VaultOperation, key: KeyIdentifier): string {
  return `enable it: \`az keyvault certificate set-attributes ${optionsFor(key)} --enabled true\``;
}

function checkAttributes(_operation: VaultOperation, key: KeyIdentifier): string {
  return `look at its dates and whether it is enabled: \`az keyvault certificate show ${optionsFor(key)} --query attributes\``;
}

function checkName(_operation: VaultOperation, key: KeyIdentifier): string {
  return checkKeyIdentifier(key);
}

/** How to find the right key identifier: by a command that the permissions for signing allow. */
export function checkKeyIdentifier(key: KeyIdentifier): string {
  return (
    "check name and version in the key identifier; " +
    `\`az keyvault certificate show --vault-name ${vaultName(key)} --name ${key.name} --query kid\` prints the latest`
  );
}

function checkWay(_operation: VaultOperation, key: KeyIdentifier): string {
  const { hostname } = new URL(key.vaultUrl);
  return (
    `check the vault's name in the key identifier, and that ${hostname} can be reached from here: its DNS name, and the ` +
    "proxy if HTTPS_PROXY names one"
  );
}

function tryAgain(): string {
  return "try again; if it stays so, look at the state of Azure Key Vault on https://status.azure.com";
}

function trustCa(): string {
  return (
    "if a proxy of your organization inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its CA certificate, or " +
    "add that to the system's certificate store"
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

function vaultName(key: KeyIdentifier): string {
  return new URL(key.vaultUrl).hostname.split(".", 1)[0] ?? key.vaultUrl;
}

/** The object id that the service names in its refusal. */
function objectIdIn(failure: ServiceFailure): string {
  return /\boid=([0-9a-f-]{36})/i.exec(failure.message)?.[1] ?? "<object id>";
}
