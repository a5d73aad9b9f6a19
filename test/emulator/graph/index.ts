/** Microsoft Graph: who is who in the tenant. https://learn.microsoft.com/graph/api/overview */

import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { type AccessTokenClaims, issuerOf, type TokenIssuer } from "../entra/access-token.ts";
import { type Directory, displayName, type Identity } from "../entra/directory.ts";
import {
  bearerToken,
  hostName,
  type PathParameters,
  parseJsonObject,
  type Route,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import type { Principal } from "../types.ts";

/** What Graph works with. */
export interface GraphState {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
}

interface GraphContext {
  readonly request: ServiceRequest;
  readonly directory: Directory;
  readonly caller: AccessTokenClaims;
}

const ROUTES: readonly Route<GraphContext>[] = [
  { method: "GET", path: /^\/v1\.0\/me$/, answer: me },
  { method: "GET", path: /^\/v1\.0\/users$/, answer: listUsers },
  { method: "GET", path: /^\/v1\.0\/users\/(?<id>[^/]+)$/, answer: getUser },
  { method: "GET", path: /^\/v1\.0\/servicePrincipals$/, answer: listServicePrincipals },
  { method: "GET", path: /^\/v1\.0\/servicePrincipals\/(?<id>[^/]+)$/, answer: getServicePrincipal },
  { method: "POST", path: /^\/v1\.0\/directoryObjects\/getByIds$/, answer: getByIds },
];

/** The handler of Graph's host in every cloud. */
export function createGraphService({ directory, issuer, clock }: GraphState): ServiceHandler {
  return async (request) => {
    const cloud = CLOUDS.find(({ graphHost }) => graphHost === hostName(request.host));
    if (cloud === undefined) {
      return { status: 404 };
    }
    const seen: { principal?: ServiceAnswer["principal"] } = {};
    try {
      const caller = await authenticate(request, cloud, { directory, issuer, clock });
      seen.principal = directory.byObjectId(caller.objectId)?.principal;
      return { ...(await perform({ request, directory, caller })), ...seen };
    } catch (fault) {
      if (!(fault instanceof ServiceFault)) {
        throw fault;
      }
      return { ...faultAnswer(fault, clock.date()), ...seen };
    }
  };
}

async function perform(context: GraphContext): Promise<ServiceAnswer> {
  const { url, method } = context.request;
  const rows = routesOfPath(ROUTES, url.pathname);
  const row = rows.find(({ route }) => route.method === method);
  if (row === undefined) {
    throw new ServiceFault(400, "BadRequest", `The emulator has no ${method} of '${url.pathname}'.`);
  }
  // Of an application by itself the tenant's administrator must have consented to its reading the directory.
  if (!context.caller.isUser && row.route.answer !== me) {
    throw new ServiceFault(
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    );
  }
  return await row.route.answer(context, row.parameters);
}

async function authenticate(
  { headers }: ServiceRequest,
  cloud: Cloud,
  { directory, issuer, clock }: GraphState,
): Promise<AccessTokenClaims> {
  const unauthorized = (message: string) => new ServiceFault(401, "InvalidAuthenticationToken", message);
  const token = bearerToken(headers.authorization);
  if (token === undefined) {
    throw unauthorized("Access token is empty.");
  }
  const claims = await issuer.read(token);
  if (typeof claims === "string") {
    throw unauthorized("Access token validation failure.");
  }
  if (!cloud.graphResources.includes(claims.audience.replace(/\/$/, ""))) {
    throw unauthorized("Access token validation failure. Invalid audience.");
  }
  if (claims.issuer !== issuerOf(cloud, directory.tenantId)) {
    throw unauthorized("Access token validation failure. Invalid issuer.");
  }
  if (clock.seconds() >= claims.expires) {
    throw unauthorized("Lifetime validation failed, the token is expired.");
  }
  return claims;
}

function me({ directory, caller }: GraphContext): ServiceAnswer {
  const user = caller.isUser ? directory.byObjectId(caller.objectId)?.principal : undefined;
  if (user === undefined) {
    throw new ServiceFault(
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
  }
  return { status: 200, body: properties(user) };
}

function listUsers({ request, directory }: GraphContext): ServiceAnswer {
  const name = filterValue(request, /^userPrincipalName eq '(?<value>(?:[^']|'')*)'$/);
  return list(directory.byUserPrincipalName(name));
}

function getUser({ directory }: GraphContext, { id = "" }: PathParameters): ServiceAnswer {
  const found = directory.byUserPrincipalName(id) ?? directory.byObjectId(id);
  if (found?.principal.kind !== "user") {
    throw notFound(id);
  }
  return { status: 200, body: properties(found.principal) };
}

function listServicePrincipals({ request, directory }: GraphContext): ServiceAnswer {
  const name = filterValue(request, /^servicePrincipalNames\/any\(c: ?c eq '(?<value>(?:[^']|'')*)'\)$/);
  return list(directory.byAppId(name));
}

function getServicePrincipal({ directory }: GraphContext, { id = "" }: PathParameters): ServiceAnswer {
  const found = directory.byObjectId(id);
  if (found?.principal.kind !== "application") {
    throw notFound(id);
  }
  return { status: 200, body: properties(found.principal) };
}

function getByIds({ request, directory }: GraphContext): ServiceAnswer {
  const ids = parseJsonObject(request.body)?.["ids"];
  if (!Array.isArray(ids)) {
    throw new ServiceFault(400, "BadRequest", "'ids' is missing.");
  }
  return list(...ids.map((id: unknown) => directory.byObjectId(String(id))));
}

/** The one value that the filter compares with. Filters of another shape are refused: they would be misread. */
function filterValue({ url }: ServiceRequest, shape: RegExp): string {
  const filter = url.searchParams.get("$filter") ?? "";
  const value = shape.exec(filter)?.groups?.["value"];
  if (value === undefined) {
    throw new ServiceFault(400, "Request_UnsupportedQuery", `Unsupported filter: ${filter}`);
  }
  return value.replaceAll("''", "'");
}

function list(...identities: readonly (Identity | undefined)[]): ServiceAnswer {
  const value = identities.flatMap((identity) => (identity ? [show(identity.principal)] : []));
  return { status: 200, body: { value } };
}

/** A list says of each what it is; a single object was asked for as what it is. */
function show(principal: Principal): object {
  const type = principal.kind === "user" ? "user" : "servicePrincipal";
  return { "@odata.type": `#microsoft.graph.${type}`, ...properties(principal) };
}

function properties(principal: Principal): object {
  const { kind, objectId: id, appId, userPrincipalName } = principal;
  const named = { id, displayName: displayName(principal) };
  if (kind === "user") {
    return { ...named, userPrincipalName, mail: userPrincipalName };
  }
  return { ...named, appId, servicePrincipalNames: [appId], servicePrincipalType: "Application" };
}

function notFound(id: string): ServiceFault {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return new ServiceFault(404, "Request_ResourceNotFound", message);
}

function faultAnswer({ status, code, message }: ServiceFault, now: Date): ServiceAnswer {
  const requestId = randomUUID();
  const date = now.toISOString().slice(0, 19);
  const innerError = { date, "request-id": requestId, "client-request-id": requestId };
  return { status, errorCode: code, body: { error: { code, message, innerError } } };
}
