/** Where Entra ID's endpoints are, as it tells clients: OpenID Connect Discovery 1.0, and MSAL's instance list. */
import { CLOUDS, type Cloud } from "../clouds.ts";
import type { ServiceAnswer } from "../http/exchange.ts";

/** The aliases of every cloud's host, which MSAL asks for before it trusts an authority that it does not know. */
export function instanceDiscovery(): ServiceAnswer {
  const tenant = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: tenant,
      "api-version": "1.1",
      metadata: CLOUDS.map(({ loginHosts }) => ({
        preferred_network: loginHosts.at(-1),
        preferred_cache: loginHosts.at(-1),
        aliases: [...loginHosts],
      })),
    },
  };
}

/** The OpenID configuration of one tenant. */
export function openIdConfiguration(host: string, tenant: string, cloud: Cloud): ServiceAnswer {
  const base = `https://${host}/${tenant}`;
  // For `common` and the like the issuer is a template, filled in by who verifies a token.
  const issuerTenant = tenant === "common" || tenant === "organizations" ? "{tenantid}" : tenant;
  return {
    status: 200,
    body: {
      issuer: `https://${cloud.loginHosts.at(-1)}/${issuerTenant}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      tenant_region_scope: "EU",
      cloud_instance_name: hostSuffix(cloud.loginHosts.at(-1) ?? host),
    },
  };
}

/** `login.microsoftonline.com` is the instance `microsoftonline.com`. */
function hostSuffix(host: string): string {
  return host.replace(/^login\./, "");
}
