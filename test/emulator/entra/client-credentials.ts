/** The client credentials grant: RFC 6749, section 4.4. */
import type { ServiceAnswer } from "../http/exchange.ts";
import { ACCESS_TOKEN_LIFETIME } from "./access-token.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { EntraContext, Form } from "./context.ts";
import { displayName } from "./directory.ts";
import { EntraFault } from "./errors.ts";
import { resourceOfScope } from "./scope.ts";

/** A token for the application itself. */
export async function grantToClient(
  { cloud, clock, directory, issuer }: EntraContext,
  form: Form,
  tenantId: string,
): Promise<ServiceAnswer> {
  const appId = form.required("client_id");
  const identity = tenantId.toLowerCase() === directory.tenantId ? directory.byAppId(appId) : undefined;
  if (identity === undefined) {
    throw new EntraFault(700016, appId, tenantId);
  }
  const audience = resourceOfScope(form.required("scope"), tenantId, cloud);
  await authenticateClient(form.fields, { identity, tenantId, cloud, clock });
  // Only who has proved to be the application learns that it is disabled. No source states the order.
  if (directory.isDisabled(identity)) {
    throw new EntraFault(7000112, appId, displayName(identity.principal));
  }
  const request = { tenantId: directory.tenantId, cloud, audience };
  const accessToken = await issuer.issue(identity.principal, request);
  const lifetime = { expires_in: ACCESS_TOKEN_LIFETIME, ext_expires_in: ACCESS_TOKEN_LIFETIME };
  return { status: 200, body: { token_type: "Bearer", ...lifetime, access_token: accessToken } };
}
