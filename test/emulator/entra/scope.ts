/** What a scope asks for: https://learn.microsoft.com/entra/identity-platform/scopes-oidc */
import { type Cloud, findResource } from "../clouds.ts";
import { EntraFault } from "./errors.ts";

/** Scopes that are about the person's sign-in; MSAL adds them to every scope. */
const OPENID_SCOPES = ["openid", "profile", "offline_access"];

/** The resource behind a scope of the form `{resource}/.default`. Throws a fault for any other. */
export function resourceOfScope(scope: string, tenantId: string, cloud: Cloud): string {
  const scopes = scope.split(" ").filter((name) => name !== "" && !OPENID_SCOPES.includes(name));
  const [only = ""] = scopes;
  if (scopes.length !== 1) {
    throw new EntraFault(70011, scope);
  }
  if (!only.endsWith("/.default")) {
    throw new EntraFault(1002012, only);
  }
  const asked = only.slice(0, -"/.default".length);
  const resource = findResource(cloud, asked);
  if (resource === undefined) {
    throw new EntraFault(500011, asked, tenantId);
  }
  return resource;
}
