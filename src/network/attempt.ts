import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { peerOf } from "./destination.ts";
import { NetworkFailure } from "./network-failure.ts";

/**
 * Sends a request once.
 * @param limit milliseconds until the whole answer must be there. The SDK's own limit ends with the answer's headers.
 * @returns the answer, or why there is none
 */
export async function attempt(
  client: HttpClient,
  request: PipelineRequest,
  limit: number,
): Promise<PipelineResponse | NetworkFailure> {
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  request.abortSignal?.addEventListener("abort", cancel);
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<NetworkFailure>((resolve) => {
    timer = setTimeout(() => {
      resolve(new NetworkFailure("ETIMEDOUT", peerOf(request), "no answer in time"));
      cancel();
    }, limit);
  });
  try {
    // A request of its own, so that the next attempt finds the caller's as it was.
    const answer = client.sendRequest({ ...request, abortSignal: abort.signal });
    return await Promise.race([answer, end]);
  } catch (error) {
    return asNetworkFailure(error, request);
  } finally {
    clearTimeout(timer);
    request.abortSignal?.removeEventListener("abort", cancel);
  }
}

function asNetworkFailure(error: unknown, request: PipelineRequest): NetworkFailure {
  const peer = peerOf(request);
  if (!(error instanceof Error)) {
    return new NetworkFailure("UNKNOWN", peer, String(error));
  }
  if (error.name === "AbortError") {
    return new NetworkFailure("ETIMEDOUT", peer, error.message);
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
  return new NetworkFailure(code, peer, error.message);
}
