/** Tokens for a person: by device code (RFC 8628) and by refresh token (RFC 6749, section 6). */
import type { Clock } from "../clock.ts";
import type { ServiceAnswer } from "../http/exchange.ts";
import type { User } from "../types.ts";
import { ACCESS_TOKEN_LIFETIME } from "./access-token.ts";
import type { EntraContext, Form } from "./context.ts";
import { EntraFault } from "./errors.ts";
import { resourceOfScope } from "./scope.ts";
import { DEVICE_CODE_LIFETIME } from "./sessions.ts";

/** The Azure CLI: the one public client that the emulator's directory holds. */
export const AZURE_CLI_APP_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** Where the person types the code in. */
const VERIFICATION_PAGE = "https://login.microsoft.com/device";

/** Seconds between two polls. Entra ID says 5; tests need not wait for that long. */
const POLLING_INTERVAL = 1;

/** Begins a sign-in: RFC 8628, section 3.2. */
export function startDeviceSignIn(
  { sessions, cloud }: EntraContext,
  form: Form,
  tenant: string,
): ServiceAnswer {
  checkPublicClient(form, tenant);
  const scope = form.required("scope");
  resourceOfScope(scope, tenant, cloud);
  const { deviceCode, userCode } = sessions.startDeviceSignIn(scope);
  return {
    status: 200,
    body: {
      user_code: userCode,
      device_code: deviceCode,
      verification_uri: VERIFICATION_PAGE,
      expires_in: DEVICE_CODE_LIFETIME,
      interval: POLLING_INTERVAL,
      message: `To sign in, use a web browser to open the page ${VERIFICATION_PAGE} and enter the code ${userCode} to authenticate.`,
    },
  };
}

/** Tokens once the person has approved; until then, and at the first time always, the client is told to wait. */
export async function grantByDeviceCode(
  context: EntraContext,
  form: Form,
  tenant: string,
): Promise<ServiceAnswer> {
  checkPublicClient(form, tenant);
  const { sessions, clock } = context;
  const signIn = sessions.byDeviceCode(form.required("device_code"));
  if (signIn === undefined) {
    throw new EntraFault(9002313);
  }
  if (signIn.redeemed) {
    throw new EntraFault(54005);
  }
  if (clock.date() > signIn.expires) {
    throw new EntraFault(70019);
  }
  signIn.polls += 1;
  if (signIn.polls === 1) {
    throw new EntraFault(70016);
  }
  const user = signIn.approvedBy ?? sessions.approver;
  if (user === undefined) {
    throw new EntraFault(70016);
  }
  signIn.redeemed = true;
  return await tokens(context, user, signIn.scope, tenant);
}

/** New tokens, for the same resource or another, and a new refresh token. */
export async function grantByRefreshToken(
  context: EntraContext,
  form: Form,
  tenant: string,
): Promise<ServiceAnswer> {
  checkPublicClient(form, tenant);
  const { sessions } = context;
  const grant = sessions.byRefreshToken(form.required("refresh_token"));
  if (grant === undefined) {
    throw new EntraFault(9002313);
  }
  const issued = grant.issued.toISOString();
  const end = sessions.endOf(grant);
  if (end?.reason === "expired") {
    throw new EntraFault(700082, issued);
  }
  if (end?.reason === "revoked") {
    throw new EntraFault(50173, issued, end.date.toISOString());
  }
  return await tokens(context, grant.user, form.required("scope"), tenant);
}

function checkPublicClient(form: Form, tenant: string): void {
  const appId = form.required("client_id");
  if (appId !== AZURE_CLI_APP_ID) {
    throw new EntraFault(700016, appId, tenant);
  }
}

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#successful-authentication-response */
async function tokens(
  { directory, issuer, sessions, cloud, clock }: EntraContext,
  user: User,
  scope: string,
  tenant: string,
): Promise<ServiceAnswer> {
  const { tenantId } = directory;
  const audience = resourceOfScope(scope, tenant, cloud);
  const loginHost = cloud.loginHosts.at(-1) ?? "";
  const clientInfo = JSON.stringify({ uid: user.objectId, utid: tenantId });
  return {
    status: 200,
    principal: user,
    body: {
      token_type: "Bearer",
      scope: `${audience}/user_impersonation ${audience}/.default`,
      expires_in: ACCESS_TOKEN_LIFETIME,
      ext_expires_in: ACCESS_TOKEN_LIFETIME,
      access_token: await issuer.issue(user, { tenantId, cloud, audience }),
      refresh_token: sessions.issueRefreshToken(user),
      // The Azure CLI is of Microsoft's family of applications, which share refresh tokens.
      foci: "1",
      id_token: await issuer.sign(idTokenClaims(user, { tenantId, loginHost, clock })),
      client_info: Buffer.from(clientInfo).toString("base64url"),
    },
  };
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
function idTokenClaims(
  { appId, objectId, userPrincipalName }: User,
  {
    tenantId,
    loginHost,
    clock,
  }: { readonly tenantId: string; readonly loginHost: string; readonly clock: Clock },
) {
  const now = Math.floor(clock.seconds());
  return {
    aud: appId,
    iss: `https://${loginHost}/${tenantId}/v2.0`,
    iat: now,
    nbf: now,
    exp: now + ACCESS_TOKEN_LIFETIME,
    name: userPrincipalName,
    oid: objectId,
    preferred_username: userPrincipalName,
    sub: objectId,
    tid: tenantId,
    ver: "2.0",
  };
}
