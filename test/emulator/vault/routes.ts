/** The operations of a vault: which path needs which permission, and what it answers. */
import type { PathParameters, ServiceAnswer } from "../http/exchange.ts";
import { secretBundle } from "./bundles.ts";
import { CERTIFICATE_ROUTES, getCertificate } from "./certificate-routes.ts";
import type { VaultContext, VaultRoute } from "./context.ts";
import { KEY_ROUTES, objectPath } from "./key-routes.ts";

/** https://learn.microsoft.com/rest/api/keyvault/ */
export const VAULT_ROUTES: readonly VaultRoute[] = [
  ...KEY_ROUTES,
  { method: "GET", path: objectPath("secrets"), permission: "secrets/get", answer: getSecret },
  ...CERTIFICATE_ROUTES,
  { method: "GET", path: objectPath("certificates"), permission: "certificates/get", answer: getCertificate },
];

function getSecret({ store }: VaultContext, { name = "", version }: PathParameters): ServiceAnswer {
  return { status: 200, body: secretBundle(store.find("secrets", name, version)) };
}
