/** Key vaults: creating them, and answering for them under their host names. */
import type { RoleAssignments } from "../authorization/role-assignments.ts";
import { type Cloud, cloudOfVaultSuffix } from "../clouds.ts";
import type { ServiceHandler } from "../http/exchange.ts";
import type { Vault, VaultOptions } from "../types.ts";
import { CLIENT_ADDRESS, createAdmission } from "./admission.ts";
import { vaultAudience } from "./authentication.ts";
import { faultAnswer } from "./errors.ts";
import { createGrants, type GovernedVault, type Grants, REGION } from "./permissions.ts";
import { VAULT_ROUTES } from "./routes.ts";
import {
  createGuardedHandler,
  demandResourceName,
  type Exchange,
  type ServiceSurroundings,
} from "./service.ts";
import { createStore } from "./store.ts";

/** A vault with the handler of its host. */
export interface HostedVault {
  readonly vault: Vault;
  readonly resource: VaultResource;
  readonly host: string;
  readonly handler: ServiceHandler;
}

/** A vault as Resource Manager sees it. */
export interface VaultResource extends GovernedVault {
  readonly url: string;
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly grants: Grants;
}

/** What vaults share with the rest of Azure. */
export interface VaultSurroundings extends ServiceSurroundings {
  readonly assignments: RoleAssignments;
  /** The resource group's id, which that of the vault begins with. */
  readonly resourceGroupId: string;
}

/** Makes a vault that grants nothing to anyone yet. */
export function createVault(
  name: string,
  options: VaultOptions,
  { directory, issuer, clock, assignments, resourceGroupId }: VaultSurroundings,
): HostedVault {
  demandResourceName(name, "key vault");
  const { permissionModel = "access-policy", dnsSuffix = "vault.azure.net" } = options;
  const home = { cloud: cloudOfVaultSuffix(dnsSuffix), tenantId: options.tenantId ?? directory.tenantId };
  const host = `${name.toLowerCase()}.${dnsSuffix}`;
  const url = `https://${host}`;
  const id = `${resourceGroupId}/providers/Microsoft.KeyVault/vaults/${name}`;
  const governed = { name, id, permissionModel };
  const grants = createGrants(governed, assignments);
  const store = createStore(url, clock);
  const admission = createAdmission(name);
  directory.addTenant(home.tenantId);
  const { setAccessPolicy, assignRole, revoke } = grants;
  return {
    vault: {
      name,
      url,
      id,
      setAccessPolicy,
      assignRole,
      revoke,
      importCertificate: (request) => store.add(request),
      createKey: store.keys.create,
      setAttributes: store.setAttributes,
      setThrottle: admission.setThrottle,
      setFirewall: admission.setFirewall,
    },
    resource: { ...governed, ...home, url, grants },
    host,
    handler: createGuardedHandler({
      directory,
      issuer,
      clock,
      home,
      audience: vaultAudience(home.cloud),
      routes: VAULT_ROUTES,
      contextOf: (request) => ({ request, url, store, keys: store.keys, clock }),
      demand(permission, caller, objectName) {
        admission.admit(caller); // The door first.
        grants.demand(permission, caller, objectName);
      },
      refusal: faultAnswer,
      headers: serviceHeaders,
    }),
  };
}

/** The headers that come with every answer of a vault. */
function serviceHeaders({ request, requestId }: Exchange): Record<string, string> {
  const clientRequestId = request.headers["x-ms-client-request-id"];
  return {
    "Cache-Control": "no-cache",
    Pragma: "no-cache",
    Expires: "-1",
    "x-ms-keyvault-region": REGION,
    ...(typeof clientRequestId === "string" && { "x-ms-client-request-id": clientRequestId }),
    "x-ms-request-id": requestId,
    "x-ms-keyvault-service-version": "1.9.2634.1",
    "x-ms-keyvault-network-info": `conn_type=Ipv4;addr=${CLIENT_ADDRESS};act_addr_fam=InterNetwork;`,
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
  };
}
