/**
 * Managed HSMs: creating them, and answering for them under their host names. What differs from a vault is taken from the
 * recordings of the Azure SDKs' own tests against the service (JavaScript and Python, 2021 and 2022) where they show it.
 */
import { type Cloud, cloudOfHsmSuffix } from "../clouds.ts";
import { bearerToken, type ServiceAnswer, type ServiceHandler } from "../http/exchange.ts";
import type { ManagedHsm, ManagedHsmOptions } from "../types.ts";
import { CLIENT_ADDRESS } from "../vault/admission.ts";
import type { TokenAudience } from "../vault/authentication.ts";
import { faultAnswer, VaultFault } from "../vault/errors.ts";
import { KEY_ROUTES } from "../vault/key-routes.ts";
import { createKeyStore } from "../vault/key-store.ts";
import { REGION } from "../vault/permissions.ts";
import {
  createGuardedHandler,
  demandResourceName,
  type Exchange,
  type ServiceSurroundings,
} from "../vault/service.ts";
import { createLocalRbac } from "./local-rbac.ts";

/** A managed HSM with the handler of its host. */
export interface HostedManagedHsm {
  readonly hsm: ManagedHsm;
  readonly resource: ManagedHsmResource;
  readonly host: string;
  readonly handler: ServiceHandler;
}

/** A managed HSM as Resource Manager sees it. */
export interface ManagedHsmResource {
  readonly name: string;
  readonly id: string;
  readonly url: string;
  readonly cloud: Cloud;
  readonly tenantId: string;
}

/** What managed HSMs share with the rest of Azure. */
export interface HsmSurroundings extends ServiceSurroundings {
  /** The resource group's id, which that of the HSM begins with. */
  readonly resourceGroupId: string;
}

/** Makes an activated HSM that grants nothing to anyone yet. */
export function createManagedHsm(
  name: string,
  options: ManagedHsmOptions,
  { directory, issuer, clock, resourceGroupId }: HsmSurroundings,
): HostedManagedHsm {
  demandResourceName(name, "managed HSM");
  const { dnsSuffix = "managedhsm.azure.net", tenantId = directory.tenantId } = options;
  const home = { cloud: cloudOfHsmSuffix(dnsSuffix), tenantId };
  const host = `${name.toLowerCase()}.${dnsSuffix}`;
  const url = `https://${host}`;
  const id = `${resourceGroupId}/providers/Microsoft.KeyVault/managedHSMs/${name}`;
  const keys = createKeyStore(url, clock, "hardware");
  const { assignRole, revoke, demand } = createLocalRbac(clock);
  directory.addTenant(tenantId);
  return {
    hsm: {
      name,
      url,
      id,
      assignRole,
      revoke,
      createKey: keys.create,
      setAttributes: keys.setAttributes,
    },
    resource: { name, id, url, ...home },
    host,
    handler: createGuardedHandler({
      directory,
      issuer,
      clock,
      home,
      audience: hsmAudience(home.cloud),
      // Certificates and secrets do not exist here. No source shows what their paths are answered: 404, as a vault
      // answers for a path that it does not know.
      routes: KEY_ROUTES,
      contextOf: (request) => ({ request, keys, clock }),
      demand,
      refusal,
      headers: serviceHeaders,
    }),
  };
}

/** The words are those of https://github.com/Azure/azure-sdk-for-cpp/issues/2750. */
function hsmAudience({ hsmResource: resource }: Cloud): TokenAudience {
  return {
    resource,
    accepted: [resource],
    refusal: (found) => `Found token with aud=${found}, but expected aud=${resource}`,
  };
}

/**
 * Every message ends in the id of the request. A request without a token gets no JSON, though it is called so: in the
 * recordings the body is empty, and of GET it is `OK`. What a missing, a disabled or an expired key is told no recording
 * shows: codes and words are those of a vault.
 */
function refusal(fault: VaultFault, { request, requestId }: Exchange): ServiceAnswer {
  const { status, code, innerCode, headers } = fault;
  if (bearerToken(request.headers.authorization) === undefined) {
    const octets = Buffer.from(request.method === "GET" ? "OK" : "");
    return { status, errorCode: code, octets, headers: { "Content-Type": JSON_TYPE } };
  }
  const message = `${fault.message.trimEnd()} (Activity ID: ${requestId})`;
  return faultAnswer(new VaultFault(status, code, message, innerCode, headers));
}

const JSON_TYPE = "application/json; charset=utf-8";

/** The headers that come with every answer of an HSM; two of them only with what it does. */
function serviceHeaders({ requestId }: Exchange, status: number): Record<string, string> {
  return {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "x-ms-request-id": requestId,
    "x-ms-server-latency": "1",
    ...(status === 200 && {
      "x-ms-keyvault-region": REGION,
      "x-ms-keyvault-network-info": `conn_type=Ipv4;addr=${CLIENT_ADDRESS};act_addr_fam=Ipv4;`,
    }),
  };
}
