/** Key vaults as resources: https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults */
import { asObject, type PathParameters, parseJsonObject, type ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import type { VaultResource } from "../vault/index.ts";
import { REGION } from "../vault/permissions.ts";
import { readAccessPolicies, showAccessPolicies } from "./access-policies.ts";
import { type ArmContext, type ArmRoute, subscriptionScope } from "./context.ts";
import { invalidRequestContent } from "./errors.ts";

const VAULTS = "/subscriptions/[^/]+/resourceGroups/(?<group>[^/]+)/providers/Microsoft\\.KeyVault/vaults";
const VAULT_PATH = new RegExp(`^${VAULTS}/(?<name>[^/]+)/?$`, "i");

const vaultScope = (context: ArmContext, { group, name }: PathParameters) =>
  `${subscriptionScope(context)}/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${name}`;

/** Reading vaults, and changing who may do what in them. */
export const VAULT_RESOURCE_ROUTES: readonly ArmRoute[] = [
  {
    // How the SDK finds vaults by name: with $filter=resourceType eq 'Microsoft.KeyVault/vaults'.
    method: "GET",
    path: /^\/subscriptions\/[^/]+\/resources\/?$/i,
    action: "Microsoft.Resources/subscriptions/resources/read",
    scope: subscriptionScope,
    answer: listResources,
  },
  {
    method: "GET",
    path: new RegExp(`^${VAULTS}/?$`, "i"),
    action: "Microsoft.KeyVault/vaults/read",
    scope: (context, { group }) => `${subscriptionScope(context)}/resourceGroups/${group}`,
    answer: listVaults,
  },
  {
    method: "GET",
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/?$/i,
    action: "Microsoft.KeyVault/vaults/read",
    scope: subscriptionScope,
    answer: listVaults,
  },
  {
    method: "GET",
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.KeyVault\/managedHSMs\/?$/i,
    action: "Microsoft.KeyVault/managedHSMs/read",
    scope: subscriptionScope,
    answer: listManagedHsms,
  },
  {
    method: "GET",
    path: VAULT_PATH,
    action: "Microsoft.KeyVault/vaults/read",
    scope: vaultScope,
    answer: (context, parameters) => showVault(findVault(context, parameters)),
  },
  {
    method: "PUT",
    path: VAULT_PATH,
    action: "Microsoft.KeyVault/vaults/write",
    scope: vaultScope,
    answer: writeVault,
  },
  {
    method: "PATCH",
    path: VAULT_PATH,
    action: "Microsoft.KeyVault/vaults/write",
    scope: vaultScope,
    answer: writeVault,
  },
];

function listResources(context: ArmContext): ServiceAnswer {
  const filter = context.request.url.searchParams.get("$filter") ?? "";
  const name = /name eq '(?<name>[^']*)'/i.exec(filter)?.groups?.["name"];
  const value = vaultsOf(context)
    .filter((vault) => name === undefined || vault.name.toLowerCase() === name.toLowerCase())
    .map(({ id, name: vaultName }) => ({ id, name: vaultName, type: TYPE, location: REGION, tags: {} }));
  return { status: 200, body: { value } };
}

function listVaults(context: ArmContext): ServiceAnswer {
  return { status: 200, body: { value: vaultsOf(context).map(resource) } };
}

function showVault(vault: VaultResource): ServiceAnswer {
  return { status: 200, body: resource(vault) };
}

/** The shape is that of `az keyvault show --hsm-name` in https://github.com/Azure/azure-cli/issues/17914. */
function listManagedHsms({ hsms, cloud, directory }: ArmContext): ServiceAnswer {
  const value = hsms
    .filter((hsm) => hsm.cloud === cloud && hsm.tenantId === directory.tenantId)
    .map(({ id, name, url, tenantId }) => ({
      id,
      name,
      type: "Microsoft.KeyVault/managedHSMs",
      location: REGION,
      sku: { family: "B", name: "Standard_B1" },
      tags: {},
      properties: { tenantId, hsmUri: `${url}/`, provisioningState: "Succeeded" },
    }));
  return { status: 200, body: { value } };
}

/** `az keyvault set-policy` writes the whole vault back. Only the access policies can change here. */
function writeVault(context: ArmContext, parameters: PathParameters): ServiceAnswer {
  const vault = findVault(context, parameters);
  const properties = asObject(parseJsonObject(context.request.body)?.["properties"]);
  if (properties === undefined) {
    throw invalidRequestContent("'properties' is missing.");
  }
  const rbac = vault.permissionModel === "rbac";
  const asked = properties["enableRbacAuthorization"];
  if (asked !== undefined && asked !== null && asked !== rbac) {
    throw new ServiceFault(400, "BadRequest", "The emulator's vaults keep their permission model.");
  }
  const { accessPolicies } = properties;
  if (accessPolicies !== undefined && accessPolicies !== null) {
    const policies = readAccessPolicies(accessPolicies, vault.tenantId);
    vault.grants.policies.clear();
    for (const [objectId, policy] of policies) {
      vault.grants.policies.set(objectId, policy);
    }
  }
  return showVault(vault);
}

const TYPE = "Microsoft.KeyVault/vaults";

/** The vaults of this cloud that the subscription's tenant owns. */
function vaultsOf({ vaults, cloud, directory }: ArmContext): VaultResource[] {
  return vaults.filter((vault) => vault.cloud === cloud && vault.tenantId === directory.tenantId);
}

function findVault(context: ArmContext, { name = "", group = "" }: PathParameters): VaultResource {
  if (group.toLowerCase() !== context.resourceGroup.toLowerCase()) {
    throw new ServiceFault(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  }
  const found = vaultsOf(context).find((vault) => vault.name.toLowerCase() === name.toLowerCase());
  if (found) {
    return found;
  }
  const message = `The Resource '${TYPE}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`;
  throw new ServiceFault(404, "ResourceNotFound", message);
}

function resource(vault: VaultResource): object {
  const rbac = vault.permissionModel === "rbac";
  return {
    id: vault.id,
    name: vault.name,
    type: TYPE,
    location: REGION,
    tags: {},
    properties: {
      sku: { family: "A", name: "premium" },
      tenantId: vault.tenantId,
      accessPolicies: showAccessPolicies(vault.grants.policies, vault.tenantId),
      enabledForDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enableRbacAuthorization: rbac,
      vaultUri: `${vault.url}/`,
      provisioningState: "Succeeded",
      publicNetworkAccess: "Enabled",
    },
  };
}
