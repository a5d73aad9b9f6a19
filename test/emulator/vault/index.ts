/** Key vaults: creating them, and answering for them under their host names. */
import { randomUUID } from "node:crypto";
import type { RoleAssignments } from "../authorization/role-assignments.ts";
import type { Clock } from "../clock.ts";
import { type Cloud, cloudOfVaultSuffix } from "../clouds.ts";
import type { AccessTokenClaims, TokenIssuer } from "../entra/access-token.ts";
import type { Directory } from "../entra/directory.ts";
import {
  type PathParameters,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import type { Vault, VaultOptions } from "../types.ts";
import { type Admission, CLIENT_ADDRESS, createAdmission } from "./admission.ts";
import { authenticate, challenge, type VaultHome } from "./authentication.ts";
import type { VaultRoute } from "./context.ts";
import { badParameter, faultAnswer, methodNotAllowed, VaultFault } from "./errors.ts";
import { createGrants, type GovernedVault, type Grants, REGION } from "./permissions.ts";
import { VAULT_ROUTES } from "./routes.ts";
import { createStore, OBJECT_NAME, OBJECT_VERSION, type Store } from "./store.ts";

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
export interface VaultSurroundings {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
  readonly assignments: RoleAssignments;
  /** The resource group's id, which that of the vault begins with. */
  readonly resourceGroupId: string;
}

interface VaultState {
  readonly url: string;
  readonly home: VaultHome;
  readonly grants: Grants;
  readonly store: Store;
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
  readonly admission: Admission;
}

/** What a vault may be called: the service's own rule. */
const VAULT_NAME = /^[a-zA-Z](?!.*--)[0-9a-zA-Z-]{1,22}[0-9a-zA-Z]$/;

/** Makes a vault that grants nothing to anyone yet. */
export function createVault(
  name: string,
  options: VaultOptions,
  { directory, issuer, clock, assignments, resourceGroupId }: VaultSurroundings,
): HostedVault {
  if (!VAULT_NAME.test(name)) {
    throw new RangeError(`not a name of a key vault: ${name}`);
  }
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
  const state = { url, home, grants, store, directory, issuer, clock, admission };
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
      setAttributes: store.setAttributes,
      setThrottle: admission.setThrottle,
      setFirewall: admission.setFirewall,
    },
    resource: { ...governed, ...home, url, grants },
    host,
    handler: async (request) => await answer(request, state),
  };
}

async function answer(request: ServiceRequest, state: VaultState): Promise<ServiceAnswer> {
  const seen: { principal?: ServiceAnswer["principal"]; permission?: ServiceAnswer["permission"] } = {};
  try {
    const caller = await authenticate(request.headers.authorization, state.home, state);
    seen.principal = state.directory.byObjectId(caller.objectId)?.principal;
    checkApiVersion(request.url.searchParams.get("api-version"));
    const { route, parameters } = findRoute(request);
    seen.permission = route.permission;
    const said = await perform(request, state, { route, parameters, caller });
    return { ...said, ...seen, headers: { ...serviceHeaders(request), ...said.headers } };
  } catch (fault) {
    if (!(fault instanceof VaultFault)) {
      throw fault;
    }
    const extra = fault.status === 401 ? challenge(state.home) : {};
    const said = faultAnswer(fault);
    return { ...said, ...seen, headers: { ...serviceHeaders(request), ...said.headers, ...extra } };
  }
}

/** The door first, permission then, existence last: a caller without permission learns nothing of what is there. */
async function perform(
  request: ServiceRequest,
  { url, grants, store, clock, admission }: VaultState,
  { route, parameters, caller }: { route: VaultRoute; parameters: PathParameters; caller: AccessTokenClaims },
): Promise<ServiceAnswer> {
  admission.admit(caller);
  grants.demand(route.permission, caller, parameters["name"] ?? "");
  return await route.answer({ request, url, store, clock }, parameters);
}

function findRoute({ url, method }: ServiceRequest): { route: VaultRoute; parameters: PathParameters } {
  const rows = routesOfPath(VAULT_ROUTES, url.pathname);
  if (rows.length === 0) {
    throw new VaultFault(404, "NotFound", "The requested resource was not found.");
  }
  const row = rows.find(({ route }) => route.method === method);
  if (row === undefined) {
    throw methodNotAllowed(method);
  }
  const { name, version = "" } = row.parameters;
  if (name !== undefined && !OBJECT_NAME.test(name)) {
    throw badParameter(`The request URI contains an invalid name: ${name}`);
  }
  // The service takes what is no version for the name of an operation.
  if (version !== "" && !OBJECT_VERSION.test(version)) {
    throw badParameter(`Method ${method} does not allow operation '${version}'`);
  }
  return row;
}

/** The REST API's versions: of those older than 7.0 the object's shapes would be others. */
const API_VERSIONS = /^(?:7\.[0-6](?:-preview\.\d)?|20\d\d-\d\d-\d\d(?:-preview)?)$/;

function checkApiVersion(version: string | null): void {
  if (version === null || version === "") {
    throw badParameter("api-version must be specified");
  }
  if (!API_VERSIONS.test(version)) {
    throw badParameter(
      `The specified version (${version}) is not recognized. Consider using the latest supported version (2025-07-01).`,
    );
  }
}

/** The headers that come with every answer of a vault. */
function serviceHeaders(request: ServiceRequest): Record<string, string> {
  const clientRequestId = request.headers["x-ms-client-request-id"];
  return {
    "Cache-Control": "no-cache",
    Pragma: "no-cache",
    Expires: "-1",
    "x-ms-keyvault-region": REGION,
    ...(typeof clientRequestId === "string" && { "x-ms-client-request-id": clientRequestId }),
    "x-ms-request-id": randomUUID(),
    "x-ms-keyvault-service-version": "1.9.2634.1",
    "x-ms-keyvault-network-info": `conn_type=Ipv4;addr=${CLIENT_ADDRESS};act_addr_fam=InterNetwork;`,
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
  };
}
