/** Entra ID: the token endpoint and the discovery documents that MSAL reads before it. */
import { type Cloud, cloudOfLoginHost } from "../clouds.ts";
import {
  type PathParameters,
  type Route,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import { hostName } from "../http/server.ts";
import { ACCESS_TOKEN_LIFETIME, type TokenIssuer } from "./access-token.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { Directory } from "./directory.ts";
import { instanceDiscovery, openIdConfiguration } from "./discovery.ts";
import { EntraFault, entraErrorAnswer } from "./errors.ts";

/** What Entra ID's routes work with. */
interface EntraContext {
  readonly request: ServiceRequest;
  readonly cloud: Cloud;
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
}

const ROUTES: readonly Route<EntraContext>[] = [
  { method: "POST", path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/token$/, answer: token },
  { method: "GET", path: /^\/common\/discovery\/instance$/, answer: () => instanceDiscovery() },
  {
    method: "GET",
    path: /^\/(?<tenant>[^/]+)\/v2\.0\/\.well-known\/openid-configuration$/,
    answer: discovery,
  },
  { method: "GET", path: /^\/(?<tenant>[^/]+)\/discovery\/v2\.0\/keys$/, answer: keys },
];

/** The handler of every login host. */
export function createEntraService(directory: Directory, issuer: TokenIssuer): ServiceHandler {
  return async (request) => {
    const cloud = cloudOfLoginHost(hostName(request.host));
    const rows = routesOfPath(ROUTES, request.url.pathname);
    if (cloud === undefined || rows.length === 0) return { status: 404 };
    const row = rows.find(({ route }) => route.method === request.method);
    if (row === undefined) return { status: 405 };
    const answer = await row.route.answer({ request, cloud, directory, issuer }, row.parameters);
    return { ...answer, headers: { "Cache-Control": "no-store, no-cache", ...answer.headers } };
  };
}

async function token(context: EntraContext, parameters: PathParameters): Promise<ServiceAnswer> {
  try {
    return await grantToken(context, parameters["tenant"] ?? "");
  } catch (fault) {
    if (fault instanceof EntraFault) return entraErrorAnswer(fault, context.request);
    throw fault;
  }
}

/** The client credentials grant: RFC 6749, section 4.4. */
async function grantToken(
  { request, cloud, directory, issuer }: EntraContext,
  tenantId: string,
): Promise<ServiceAnswer> {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const parameter = (name: string) => {
    const value = form.get(name);
    if (value === null || value === "") throw new EntraFault(900144, name);
    return value;
  };
  const grantType = parameter("grant_type");
  if (!directory.hasTenant(tenantId)) throw new EntraFault(90002, tenantId);
  if (grantType !== "client_credentials") throw new EntraFault(70003, grantType);
  const appId = parameter("client_id");
  const identity = tenantId.toLowerCase() === directory.tenantId ? directory.byAppId(appId) : undefined;
  if (identity === undefined) throw new EntraFault(700016, appId, tenantId);
  checkScope(parameter("scope"), tenantId, cloud);
  await authenticateClient(form, { identity, tenantId, cloud });
  const accessToken = await issuer.issue(identity.principal, directory.tenantId, cloud);
  const lifetime = { expires_in: ACCESS_TOKEN_LIFETIME, ext_expires_in: ACCESS_TOKEN_LIFETIME };
  return { status: 200, body: { token_type: "Bearer", ...lifetime, access_token: accessToken } };
}

/** MSAL adds these to every scope; they mean nothing to the client credentials grant. */
const OPENID_SCOPES = ["openid", "profile", "offline_access"];

function checkScope(scope: string, tenantId: string, cloud: Cloud): void {
  const scopes = scope.split(" ").filter((name) => name !== "" && !OPENID_SCOPES.includes(name));
  const [only = ""] = scopes;
  if (scopes.length !== 1) throw new EntraFault(70011, scope);
  if (!only.endsWith("/.default")) throw new EntraFault(1002012, only);
  const resource = only.slice(0, -"/.default".length);
  if (resource !== cloud.vaultResource) throw new EntraFault(500011, resource, tenantId);
}

function discovery(
  { request, cloud, directory }: EntraContext,
  { tenant = "" }: PathParameters,
): ServiceAnswer {
  const known = tenant === "common" || tenant === "organizations" || directory.hasTenant(tenant);
  if (!known) return entraErrorAnswer(new EntraFault(90002, tenant), request, "invalid_tenant");
  return openIdConfiguration(hostName(request.host), tenant, cloud);
}

async function keys({ issuer }: EntraContext): Promise<ServiceAnswer> {
  return { status: 200, body: { keys: [await issuer.jwk()] } };
}
