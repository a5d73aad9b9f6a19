import { type ErrorCode, type ErrorMetadata, PluginError } from "../error/plugin-error.ts";
import type { KeyIdentifier } from "../key-identifier/key-identifier.ts";
import { OPERATION_GRANTS, type VaultOperation } from "./operation.ts";
import { readFailure, type ServiceFailure } from "./service-failure.ts";

const ERROR_CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "VALIDATION_ERROR",
  401: "ACCESS_DENIED",
  403: "ACCESS_DENIED",
  404: "VALIDATION_ERROR",
  408: "TIMEOUT",
  429: "THROTTLED",
};

/** The PluginError for a call that the vault refused or never answered. */
export function vaultError(operation: VaultOperation, key: KeyIdentifier, error: unknown): PluginError {
  const failure = readFailure(error);
  const code = (failure.status && ERROR_CODE_BY_STATUS[failure.status]) || "ERROR";
  const { object, action } = OPERATION_GRANTS[operation];
  const version = key.version === undefined ? "" : ` version ${key.version}`;
  const answer =
    failure.status === undefined
      ? failure.message
      : `${failure.status} ${failure.innerCode ?? failure.code ?? ""}: ${failure.message}`;
  return new PluginError(
    code,
    `cannot ${action} ${object} "${key.name}"${version} in ${key.vaultUrl}: ${answer}`,
    { fix: findFix(operation, key, failure), metadata: metadataOf(failure) },
  );
}

function findFix(operation: VaultOperation, key: KeyIdentifier, failure: ServiceFailure): string | undefined {
  const reason = [failure.innerCode, failure.code, String(failure.status)].find(
    (candidate) => candidate !== undefined && Object.hasOwn(FIX_BY_REASON, candidate),
  );
  return reason === undefined ? undefined : FIX_BY_REASON[reason]?.(operation, key, failure);
}

type Fix = (operation: VaultOperation, key: KeyIdentifier, failure: ServiceFailure) => string;

const grantByAccessPolicy: Fix = (operation, key, failure) =>
  `grant ${operation}: \`az keyvault set-policy --name ${vaultName(key)} --object-id ${objectIdIn(failure)} ` +
  `${OPERATION_GRANTS[operation].policyOption}\` (this replaces what the principal may do with ` +
  `${operation.split(" ", 1)[0]}: name there what else it needs)${otherWayFor(operation)}`;

const grantByRole: Fix = (operation, key, failure) => {
  const { role } = OPERATION_GRANTS[operation];
  return (
    `grant the role "${role}": \`az role assignment create --role "${role}" --assignee ${objectIdIn(failure)} ` +
    `--scope $(az keyvault show --name ${vaultName(key)} --query id --output tsv)\`${otherWayFor(operation)}. ` +
    `${ALL_ROLES.map((name) => `"${name}"`).join(" and ")} are all that signing needs, each granted by a command of its own`
  );
};

/** `az role assignment create` keeps the last `--role` of several: people lose roles that they think they granted. */
const ALL_ROLES = [...new Set(Object.values(OPERATION_GRANTS).map(({ role }) => role))];

const checkName: Fix = (_operation, key) =>
  `check the key id: \`az keyvault certificate list-versions --vault-name ${vaultName(key)} --name ${key.name}\``;

const checkVaultName: Fix = (_operation, key) =>
  `check the vault's name in the key id and that ${key.vaultUrl} can be reached from here (DNS, proxy, firewall)`;

const FIX_BY_REASON: Readonly<Record<string, Fix>> = {
  AccessDenied: grantByAccessPolicy,
  ForbiddenByRbac: grantByRole,
  ForbiddenByFirewall: (_operation, key) =>
    `let this machine through the vault's firewall: \`az keyvault network-rule add --name ${vaultName(key)} --ip-address <address>\``,
  KeyDisabled: (_operation, key) =>
    `enable it: \`az keyvault certificate set-attributes --vault-name ${vaultName(key)} --name ${key.name} --enabled true\``,
  "401": () => "check that the credential's tenant is the vault's",
  "404": checkName,
  "429": () => "try again later, or spread the signing over more than one vault",
  ENOTFOUND: checkVaultName,
  ECONNREFUSED: checkVaultName,
};

/** A secret need not be read if the certificates come from elsewhere. */
function otherWayFor(operation: VaultOperation): string {
  return operation === "secrets get"
    ? "; or do without the secret: plugin config ca_certs=<file with the CA certificates>, or self_signed=true if the certificate is self-signed"
    : "";
}

function vaultName(key: KeyIdentifier): string {
  return new URL(key.vaultUrl).hostname.split(".", 1)[0] ?? key.vaultUrl;
}

/** The object id that the service names in its refusal. */
function objectIdIn(failure: ServiceFailure): string {
  return /\boid=([0-9a-f-]{36})/i.exec(failure.message)?.[1] ?? "<object id>";
}

function metadataOf(failure: ServiceFailure): ErrorMetadata {
  const entries = {
    status: failure.status?.toString(),
    serviceCode: failure.innerCode ?? failure.code,
    requestId: failure.requestId,
  };
  return Object.fromEntries(Object.entries(entries).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
}
