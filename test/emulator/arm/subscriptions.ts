/** The subscription and the tenant, as `az login` lists them. */
import type { ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import { type ArmContext, type ArmRoute, subscriptionScope } from "./context.ts";

/** The subscription's name. */
const DISPLAY_NAME = "Emulator";

/** https://learn.microsoft.com/rest/api/resources/subscriptions */
export const SUBSCRIPTION_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: /^\/subscriptions\/?$/i, answer: listSubscriptions },
  { method: "GET", path: /^\/subscriptions\/(?<subscription>[^/]+)\/?$/i, answer: getSubscription },
  { method: "GET", path: /^\/tenants\/?$/i, answer: listTenants },
];

/** Whoever holds some role for something in the subscription sees it; others see none. */
function listSubscriptions(context: ArmContext): ServiceAnswer {
  return { status: 200, body: { value: isVisible(context) ? [subscription(context)] : [] } };
}

function getSubscription(context: ArmContext): ServiceAnswer {
  if (isVisible(context)) {
    return { status: 200, body: subscription(context) };
  }
  const message = `The subscription '${context.subscriptionId}' could not be found.`;
  throw new ServiceFault(404, "SubscriptionNotFound", message);
}

function isVisible({ assignments, caller }: ArmContext): boolean {
  return assignments.all().some(({ principalId }) => principalId === caller.objectId);
}

function subscription(context: ArmContext): object {
  return {
    id: subscriptionScope(context),
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: context.subscriptionId,
    tenantId: context.directory.tenantId,
    displayName: DISPLAY_NAME,
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

function listTenants({ directory }: ArmContext): ServiceAnswer {
  const tenant = {
    id: `/tenants/${directory.tenantId}`,
    tenantId: directory.tenantId,
    countryCode: "NL",
    displayName: "Example",
    domains: ["example.onmicrosoft.com"],
    tenantCategory: "Home",
    defaultDomain: "example.onmicrosoft.com",
    tenantType: "AAD",
  };
  return { status: 200, body: { value: [tenant] } };
}
