/** The way of a request through a vault or a managed HSM: who asks, for what, whether they may, and how it is said. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { AccessTokenClaims, TokenIssuer } from "../entra/access-token.ts";
import type { Directory } from "../entra/directory.ts";
import {
  type PathParameters,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import type { Permission } from "../types.ts";
import { authenticate, challenge, type TokenAudience, type VaultHome } from "./authentication.ts";
import type { GuardedRoute } from "./context.ts";
import { badParameter, methodNotAllowed, VaultFault } from "./errors.ts";
import { OBJECT_NAME, OBJECT_VERSION } from "./key-store.ts";

/** What vaults and managed HSMs share with the rest of Azure. */
export interface ServiceSurroundings {
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clock: Clock;
}

/** What tells one kind of service from the other. */
export interface GuardedService<Context> extends ServiceSurroundings {
  readonly home: VaultHome;
  readonly audience: TokenAudience;
  readonly routes: readonly GuardedRoute<Context>[];
  readonly contextOf: (request: ServiceRequest) => Context;
  /** Throws a fault unless the caller is let in and may do it. The name is empty where no object is meant. */
  readonly demand: (permission: Permission, caller: AccessTokenClaims, objectName: string) => void;
  /** A fault in the service's form. */
  readonly refusal: (fault: VaultFault, exchange: Exchange) => ServiceAnswer;
  /** The headers that come with every answer. */
  readonly headers: (exchange: Exchange, status: number) => Readonly<Record<string, string>>;
}

/** One request, by the id that the service gives it. */
export interface Exchange {
  readonly request: ServiceRequest;
  /** GUID. */
  readonly requestId: string;
}

/** The name of a vault or managed HSM: the service's own rule. */
const RESOURCE_NAME = /^[a-zA-Z](?!.*--)[0-9a-zA-Z-]{1,22}[0-9a-zA-Z]$/;

/** Throws a RangeError for what no vault or managed HSM may be called. */
export function demandResourceName(name: string, noun: string): void {
  if (!RESOURCE_NAME.test(name)) {
    throw new RangeError(`not a name of a ${noun}: ${name}`);
  }
}

/** The handler of the service's host. */
export function createGuardedHandler<Context>(service: GuardedService<Context>): ServiceHandler {
  return async (request) => {
    const exchange = { request, requestId: randomUUID() };
    const seen: { principal?: ServiceAnswer["principal"]; permission?: ServiceAnswer["permission"] } = {};
    const finish = (said: ServiceAnswer): ServiceAnswer => ({
      ...said,
      ...seen,
      headers: { ...service.headers(exchange, said.status), ...said.headers },
    });
    try {
      const caller = await authenticate(request.headers.authorization, service);
      seen.principal = service.directory.byObjectId(caller.objectId)?.principal;
      checkApiVersion(request.url.searchParams.get("api-version"));
      const { route, parameters } = findRoute(request, service.routes);
      seen.permission = route.permission;
      // Permission first, existence last: a caller without permission learns nothing of what is there.
      service.demand(route.permission, caller, parameters["name"] ?? "");
      return finish(await route.answer(service.contextOf(request), parameters));
    } catch (fault) {
      if (!(fault instanceof VaultFault)) {
        throw fault;
      }
      const said = service.refusal(fault, exchange);
      const extra = fault.status === 401 ? challenge(service) : {};
      return finish({ ...said, headers: { ...said.headers, ...extra } });
    }
  };
}

function findRoute<Context>(
  { url, method }: ServiceRequest,
  routes: readonly GuardedRoute<Context>[],
): { route: GuardedRoute<Context>; parameters: PathParameters } {
  const rows = routesOfPath(routes, url.pathname);
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
