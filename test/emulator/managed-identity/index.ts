/** The token endpoints that a machine in Azure has on board: IMDS of a virtual machine, and App Service's. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import { CLOUDS, findResource } from "../clouds.ts";
import { ACCESS_TOKEN_LIFETIME, type TokenIssuer } from "../entra/access-token.ts";
import { type Directory, newPrincipalIds } from "../entra/directory.ts";
import {
  type Route,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import type { ManagedIdentityHost, ManagedIdentityKind, Principal } from "../types.ts";

/** The address of the Instance Metadata Service, reachable through the proxy. */
export const IMDS_HOST = "169.254.169.254";

/** The identities of one machine, and the handler of its plain HTTP endpoint. */
export interface Machine {
  readonly handler: ServiceHandler;
  /** Adds an identity; `host` says which of the two endpoints its environment leads to. */
  addIdentity(kind: ManagedIdentityKind, host: ManagedIdentityHost): Principal;
}

/** What a machine shares with Entra ID. */
export interface MachineState {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
}

interface MachineContext {
  readonly request: ServiceRequest;
  readonly identities: readonly { readonly kind: ManagedIdentityKind; readonly principal: Principal }[];
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
  readonly identityHeader: string;
}

const ROUTES: readonly Route<MachineContext>[] = [
  { method: "GET", path: /^\/metadata\/identity\/oauth2\/token\/?$/, answer: imds },
  { method: "GET", path: /^\/msi\/token\/?$/, answer: appService },
];

/** A machine without identities. `origin` is where its endpoint listens, such as `http://127.0.0.1:40002`. */
export function createMachine(origin: () => string, { directory, issuer, clock }: MachineState): Machine {
  const identities: { kind: ManagedIdentityKind; principal: Principal }[] = [];
  const identityHeader = randomBytes(16).toString("hex").toUpperCase();
  const environments: Readonly<Record<ManagedIdentityHost, () => Record<string, string>>> = {
    "virtual-machine": () => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: origin() }),
    "app-service": () => ({ IDENTITY_ENDPOINT: `${origin()}/msi/token`, IDENTITY_HEADER: identityHeader }),
  };
  return {
    async handler(request) {
      const [row] = routesOfPath(ROUTES, request.url.pathname);
      if (row === undefined) {
        return { status: 404 };
      }
      if (row.route.method !== request.method) {
        return { status: 405 };
      }
      return await row.route.answer(
        { request, identities, directory, issuer, clock, identityHeader },
        row.parameters,
      );
    },
    addIdentity(kind, host) {
      if (kind === "system-assigned" && identities.some((identity) => identity.kind === kind)) {
        throw new Error("a machine has at most one system-assigned identity");
      }
      const principal = { ...newPrincipalIds(), environment: environments[host]() };
      identities.push({ kind, principal });
      directory.add({ principal, registration: { kind: "managed-identity" } });
      return principal;
    },
  };
}

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
async function imds(context: MachineContext): Promise<ServiceAnswer> {
  const { request } = context;
  if (request.headers["metadata"]?.toString().toLowerCase() !== "true") {
    return imdsError("bad_request_102", "Required metadata header not specified");
  }
  if (request.headers["x-forwarded-for"] !== undefined) {
    return imdsError("bad_request_103", "Request contains x-forwarded-for header"); // Against request forgery.
  }
  const query = request.url.searchParams;
  if (query.get("api-version") !== "2018-02-01") {
    return imdsError("invalid_request", "Required query variable 'api-version' is missing");
  }
  const target = targetOf(query.get("resource"));
  if (target === undefined) {
    return imdsError("invalid_resource", "AADSTS500011: The resource principal was not found");
  }
  const identity = select(context, "imds");
  if (typeof identity === "string") {
    return imdsError("invalid_request", identity);
  }
  return await tokenAnswer(identity, target, context, { expires_in: String(ACCESS_TOKEN_LIFETIME) });
}

/** https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
async function appService(context: MachineContext): Promise<ServiceAnswer> {
  const { request, identityHeader } = context;
  if (request.headers["x-identity-header"] !== identityHeader) {
    return appServiceError(401, "Unauthorized", "The X-IDENTITY-HEADER is missing or wrong.");
  }
  const query = request.url.searchParams;
  if (query.get("api-version") !== "2019-08-01") {
    return appServiceError(400, "Bad Request", "Unsupported or missing api-version.");
  }
  const target = targetOf(query.get("resource"));
  if (target === undefined) {
    return appServiceError(400, "Bad Request", "Invalid resource.");
  }
  const identity = select(context, "app-service");
  if (typeof identity === "string") {
    return appServiceError(
      400,
      "Bad Request",
      "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
    );
  }
  return await tokenAnswer(identity, target, context, { client_id: identity.appId });
}

/** By client id or object id; else the system-assigned one; else the only one there is (IMDS alone does that). */
function select(
  { request, identities }: MachineContext,
  endpoint: "imds" | "app-service",
): Principal | string {
  const query = request.url.searchParams;
  const clientId = query.get("client_id")?.toLowerCase();
  const objectId = query.get(endpoint === "imds" ? "object_id" : "principal_id")?.toLowerCase();
  const unnamed = clientId === undefined && objectId === undefined;
  if (!unnamed) {
    const named = identities.find(
      ({ principal }) => principal.appId === clientId || principal.objectId === objectId,
    );
    return named?.principal ?? "Identity not found";
  }
  const system = identities.find(({ kind }) => kind === "system-assigned");
  if (system) {
    return system.principal;
  }
  const [first, second] = endpoint === "imds" ? identities : [];
  if (second) {
    return "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
  }
  return first?.principal ?? "Identity not found";
}

async function tokenAnswer(
  principal: Principal,
  target: Target,
  { directory, issuer, clock }: MachineContext,
  extra: Readonly<Record<string, string>>,
): Promise<ServiceAnswer> {
  const now = Math.floor(clock.seconds());
  return {
    status: 200,
    principal,
    body: {
      access_token: await issuer.issue(principal, {
        tenantId: directory.tenantId,
        ...target,
      }),
      expires_on: String(now + ACCESS_TOKEN_LIFETIME),
      resource: target.audience,
      token_type: "Bearer",
      ...extra,
    },
  };
}

/** What a token is for. */
interface Target {
  readonly cloud: Cloud;
  readonly audience: string;
}

/** The resource of vaults or of managed HSMs may come with a slash at its end; the token is the same. */
function targetOf(resource: string | null): Target | undefined {
  const cloud = CLOUDS.find((candidate) => findResource(candidate, resource ?? "") !== undefined);
  if (cloud === undefined || resource === null) {
    return undefined;
  }
  const bare = [cloud.vaultResource, cloud.hsmResource].find((known) => resource === `${known}/`);
  return { cloud, audience: bare ?? resource };
}

function imdsError(error: string, description: string): ServiceAnswer {
  return { status: 400, errorCode: error, body: { error, error_description: description } };
}

function appServiceError(statusCode: number, code: string, message: string): ServiceAnswer {
  return { status: statusCode, errorCode: code, body: { statusCode, message } };
}
