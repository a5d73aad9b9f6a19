/** Entra ID: the token endpoint, sign-in by device code, and the discovery documents that MSAL reads before it. */
import { randomUUID } from "node:crypto";
import { cloudOfLoginHost } from "../clouds.ts";
import {
  hostName,
  type PathParameters,
  type Route,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
} from "../http/exchange.ts";
import { grantToClient } from "./client-credentials.ts";
import { type EntraContext, type EntraState, type Form, readForm } from "./context.ts";
import type { Directory } from "./directory.ts";
import { instanceDiscovery, openIdConfiguration } from "./discovery.ts";
import { EntraFault, entraErrorAnswer } from "./errors.ts";
import { grantByDeviceCode, grantByRefreshToken, startDeviceSignIn } from "./user-tokens.ts";

const ROUTES: readonly Route<EntraContext>[] = [
  { method: "POST", path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/token$/, answer: token },
  { method: "POST", path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/devicecode$/, answer: deviceCode },
  { method: "GET", path: /^\/common\/discovery\/instance$/, answer: () => instanceDiscovery() },
  {
    method: "GET",
    path: /^\/(?<tenant>[^/]+)\/v2\.0\/\.well-known\/openid-configuration$/,
    answer: discovery,
  },
  { method: "GET", path: /^\/(?<tenant>[^/]+)\/discovery\/v2\.0\/keys$/, answer: keys },
];

/** One way to a token. `tenant` is as in the path. */
interface Grant {
  readonly answer: (context: EntraContext, form: Form, tenant: string) => Promise<ServiceAnswer>;
  /** Whether it may be asked for in whichever tenant is the person's own. */
  readonly anyTenant: boolean;
}

/** By `grant_type`. */
const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ["client_credentials", { answer: grantToClient, anyTenant: false }],
  ["urn:ietf:params:oauth:grant-type:device_code", { answer: grantByDeviceCode, anyTenant: true }],
  ["refresh_token", { answer: grantByRefreshToken, anyTenant: true }],
]);

/** Stand for the tenant that a person belongs to. */
const ANY_TENANT = ["common", "organizations"];

/** The handler of every login host. */
export function createEntraService(state: EntraState): ServiceHandler {
  return async (request) => {
    const cloud = cloudOfLoginHost(hostName(request.host));
    const rows = routesOfPath(ROUTES, request.url.pathname);
    if (cloud === undefined || rows.length === 0) {
      return { status: 404 };
    }
    const row = rows.find(({ route }) => route.method === request.method);
    if (row === undefined) {
      return { status: 405 };
    }
    const context = { ...state, request, cloud };
    const answer = await withFaults(context, () => row.route.answer(context, row.parameters));
    return { ...answer, headers: { ...serviceHeaders(), ...answer.headers } };
  };
}

/** What Entra ID puts on each answer. */
function serviceHeaders(): Readonly<Record<string, string>> {
  return { "Cache-Control": "no-store, no-cache", "x-ms-request-id": randomUUID() };
}

async function withFaults(
  context: EntraContext,
  answer: () => ServiceAnswer | Promise<ServiceAnswer>,
): Promise<ServiceAnswer> {
  try {
    return await answer();
  } catch (fault) {
    if (fault instanceof EntraFault) {
      return entraErrorAnswer(fault, context);
    }
    throw fault;
  }
}

async function token(context: EntraContext, { tenant = "" }: PathParameters): Promise<ServiceAnswer> {
  const form = readForm(context.request);
  const grantType = form.required("grant_type");
  const grant = GRANTS.get(grantType);
  if (!isKnownTenant(tenant, context.directory, grant?.anyTenant ?? false)) {
    throw new EntraFault(90002, tenant);
  }
  if (grant === undefined) {
    throw new EntraFault(70003, grantType);
  }
  return await grant.answer(context, form, tenant);
}

function deviceCode(context: EntraContext, { tenant = "" }: PathParameters): ServiceAnswer {
  if (!isKnownTenant(tenant, context.directory, true)) {
    throw new EntraFault(90002, tenant);
  }
  return startDeviceSignIn(context, readForm(context.request), tenant);
}

function discovery(context: EntraContext, { tenant = "" }: PathParameters): ServiceAnswer {
  const { request, cloud, directory } = context;
  if (!isKnownTenant(tenant, directory, true)) {
    return entraErrorAnswer(new EntraFault(90002, tenant), context, "invalid_tenant");
  }
  return openIdConfiguration(hostName(request.host), tenant, cloud);
}

function isKnownTenant(tenant: string, directory: Directory, anyTenant: boolean): boolean {
  return directory.hasTenant(tenant) || (anyTenant && ANY_TENANT.includes(tenant));
}

async function keys({ issuer }: EntraContext): Promise<ServiceAnswer> {
  return { status: 200, body: { keys: [await issuer.jwk()] } };
}
