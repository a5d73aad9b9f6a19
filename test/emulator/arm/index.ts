/** Azure Resource Manager: subscriptions, key vaults as resources, and who holds which role. */
import { CLOUDS } from "../clouds.ts";
import {
  hostName,
  type PathParameters,
  routesOfPath,
  type ServiceAnswer,
  type ServiceHandler,
  type ServiceRequest,
} from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import { armChallenge, authenticateToArm } from "./authentication.ts";
import { type ArmContext, type ArmRoute, type ArmState, demandAction } from "./context.ts";
import { armFaultAnswer } from "./errors.ts";
import { ROLE_ASSIGNMENT_ROUTES } from "./role-assignments.ts";
import { ROLE_DEFINITION_ROUTES } from "./role-definitions.ts";
import { SUBSCRIPTION_ROUTES } from "./subscriptions.ts";
import { VAULT_RESOURCE_ROUTES } from "./vaults.ts";

const ROUTES: readonly ArmRoute[] = [
  ...SUBSCRIPTION_ROUTES,
  ...VAULT_RESOURCE_ROUTES,
  ...ROLE_DEFINITION_ROUTES,
  ...ROLE_ASSIGNMENT_ROUTES,
];

/** The handler of Resource Manager's host in every cloud. */
export function createArmService(state: ArmState): ServiceHandler {
  return async (request) => {
    const cloud = CLOUDS.find(({ armHost }) => armHost === hostName(request.host));
    if (cloud === undefined) {
      return { status: 404 };
    }
    const { directory, issuer, clock } = state;
    const seen: { principal?: ServiceAnswer["principal"] } = {};
    try {
      const home = { cloud, tenantId: directory.tenantId, issuer, clock };
      const caller = await authenticateToArm(request.headers.authorization, home);
      seen.principal = directory.byObjectId(caller.objectId)?.principal;
      checkApiVersion(request);
      return { ...perform({ ...state, request, cloud, caller }), ...seen };
    } catch (fault) {
      if (!(fault instanceof ServiceFault)) {
        throw fault;
      }
      const headers = fault.status === 401 ? armChallenge(cloud, directory.tenantId) : {};
      return { ...armFaultAnswer(fault), ...seen, headers };
    }
  };
}

/** Permission first, existence after. */
function perform(context: ArmContext): ServiceAnswer {
  const { route, parameters } = findRoute(context.request);
  checkSubscription(context);
  if (route.action !== undefined) {
    demandAction(context, route.action, route.scope?.(context, parameters) ?? "/");
  }
  return route.answer(context, parameters);
}

function findRoute({ url, method }: ServiceRequest): { route: ArmRoute; parameters: PathParameters } {
  const rows = routesOfPath(ROUTES, url.pathname);
  const row = rows.find(({ route }) => route.method === method);
  if (row) {
    return row;
  }
  if (rows.length > 0) {
    throw new ServiceFault(
      405,
      "HttpMethodNotSupported",
      `The HTTP method '${method}' is not supported here.`,
    );
  }
  throw new ServiceFault(404, "InvalidResourceType", `The emulator has no resources at '${url.pathname}'.`);
}

function checkSubscription({ request, subscriptionId }: ArmContext): void {
  const asked = /^\/subscriptions\/(?<id>[^/]+)/i.exec(request.url.pathname)?.groups?.["id"];
  if (asked === undefined || asked.toLowerCase() === subscriptionId) {
    return;
  }
  throw new ServiceFault(404, "SubscriptionNotFound", `The subscription '${asked}' could not be found.`);
}

function checkApiVersion({ url }: ServiceRequest): void {
  const version = url.searchParams.get("api-version");
  if (version !== null && /^20\d\d-\d\d-\d\d(?:-preview)?$/.test(version)) {
    return;
  }
  throw new ServiceFault(
    400,
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
  );
}
