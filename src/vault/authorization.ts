import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from "@azure/core-rest-pipeline";
import { holderOf } from "../access-token/claims.ts";
import { log } from "../log/log.ts";
import { expectedChallenge, scopeOf, tenantIn } from "./challenge.ts";
import { CLAIMS_CODE } from "./service-failure.ts";
import type { Vault } from "./vault.ts";

/**
 * The challenge that the vault would answer, without asking it. Where the credential has no token without being told the
 * tenant, the vault is asked after all.
 */
export async function answerKnownChallenge(
  { url, credential }: Vault,
  request: PipelineRequest,
): Promise<PipelineResponse | undefined> {
  const challenge = request.headers.has("authorization") ? undefined : expectedChallenge(url);
  if (challenge === undefined) {
    return undefined;
  }
  try {
    await credential.getToken(scopeOf(url), { enableCae: true });
  } catch (error) {
    if (!credential.mayDependOnTenant(error)) {
      throw error;
    }
    return undefined;
  }
  const headers = createHttpHeaders({ "www-authenticate": challenge });
  return { request, status: 401, headers, bodyAsText: "" };
}

/** Sends a request, and once more with a token of the vault's tenant if that turns out to be another than the token's. */
export async function sendWithRightTenant(
  { url, network, credential }: Vault,
  request: PipelineRequest,
): Promise<PipelineResponse> {
  const response = await network.httpClient.sendRequest(request);
  const token = request.headers.get("authorization")?.replace(/^Bearer /, "");
  const tenant = tenantIn(response.headers.get("www-authenticate") ?? "");
  if (
    response.status !== 401 ||
    token === undefined ||
    tenant === undefined ||
    whatIsAsked(request, response) === "claims" ||
    tenant.toLowerCase() === holderOf(token).tenantId?.toLowerCase()
  ) {
    return response;
  }
  log("info", `${url} is in tenant ${tenant}, and the token is of another`);
  const right = await credential.getToken(scopeOf(url), { enableCae: true, tenantId: tenant });
  if (right === null || right.token === token) {
    return response;
  }
  request.headers.set("authorization", `Bearer ${right.token}`);
  return await network.httpClient.sendRequest(request);
}

/** What a 401 asks for: a token, or one with more claims; any other is the answer to the token. */
export function whatIsAsked(
  request: PipelineRequest,
  { status, headers }: PipelineResponse,
): "token" | "claims" | undefined {
  const challenge = headers.get("www-authenticate") ?? "";
  if (status !== 401 || !/\bbearer\b/i.test(challenge)) {
    return undefined;
  }
  if (!request.headers.has("authorization")) {
    return "token";
  }
  return challenge.includes(CLAIMS_CODE) ? "claims" : undefined;
}
