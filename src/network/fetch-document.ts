import {
  createDefaultHttpClient,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
  proxyPolicy,
} from "@azure/core-rest-pipeline";
import { log } from "../log/log.ts";
import { attempt } from "./attempt.ts";
import type { Budget } from "./budget.ts";
import { isLocalHost } from "./destination.ts";
import { NetworkFailure } from "./network-failure.ts";

/** What a public document may cost: certificates are small, and a stranger's server is not waited for. */
const LARGEST_DOCUMENT = 256 * 1024;
const LONGEST_ANSWER_MS = 10_000;
const MOST_REDIRECTS = 3;

/** Why a document is not there, in a sentence without its address. */
export class DocumentFailure extends Error {
  override readonly name = "DocumentFailure";
}

/**
 * Gets a public document by http or https, without any token: through the proxy of the environment, bounded in size and
 * time. An address comes from whoever made the document that names it, so this machine itself is never asked.
 * @throws DocumentFailure
 */
export async function fetchDocument(address: URL, budget: Budget): Promise<Uint8Array> {
  let url = address;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    checkAddress(url);
    const done = budget.waitFor(`an answer of ${url.host}`);
    try {
      const answer = await get(url, Math.min(LONGEST_ANSWER_MS, budget.remaining()));
      if (answer instanceof Uint8Array) {
        return answer;
      }
      url = answer;
    } finally {
      done();
    }
  }
  throw new DocumentFailure(`it leads to ${url.href} by more than ${MOST_REDIRECTS} redirects`);
}

function checkAddress({ protocol, hostname }: URL): void {
  if (protocol !== "http:" && protocol !== "https:") {
    throw new DocumentFailure(`its scheme is ${protocol.slice(0, -1)}; http or https is needed`);
  }
  if (isLocalHost(hostname)) {
    throw new DocumentFailure(
      `${hostname} is this machine itself, which is not asked for what a certificate names`,
    );
  }
}

/** The document, or where a redirect leads. */
async function get(url: URL, limit: number): Promise<Uint8Array | URL> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limit);
  const request = createPipelineRequest({
    url: url.href,
    allowInsecureConnection: true,
    // All of them: the body is bytes, and the SDK would read it as text.
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    abortSignal: abort.signal,
  });
  const client = createDefaultHttpClient();
  try {
    const answer = await proxyPolicy().sendRequest(request, (prepared) => send(client, prepared, limit));
    log("info", `GET ${url.href}: ${answer.status}`);
    const location = answer.headers.get("location") ?? "";
    if (answer.status >= 300 && answer.status < 400 && URL.canParse(location, url.href)) {
      return new URL(location, url.href);
    }
    if (answer.status !== 200) {
      throw new DocumentFailure(`${url.host} answered ${answer.status}`);
    }
    return await readBody(answer, url);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function send(
  client: HttpClient,
  request: Parameters<HttpClient["sendRequest"]>[0],
  limit: number,
): Promise<PipelineResponse> {
  const answer = await attempt(client, request, limit);
  if (answer instanceof NetworkFailure) {
    log("info", `GET ${request.url}: ${answer.message}`);
    throw new DocumentFailure(answer.message);
  }
  return answer;
}

async function readBody({ readableStreamBody, request }: PipelineResponse, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const aborted = new Promise<never>((_resolve, reject) => {
    request.abortSignal?.addEventListener("abort", () =>
      reject(new DocumentFailure(`${url.host} did not send all of it in time`)),
    );
  });
  const read = async (): Promise<Uint8Array> => {
    for await (const chunk of readableStreamBody ?? []) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > LARGEST_DOCUMENT) {
        throw new DocumentFailure(`it is larger than ${LARGEST_DOCUMENT / 1024} KiB`);
      }
    }
    return Buffer.concat(chunks);
  };
  const reading = read();
  reading.catch(() => undefined);
  aborted.catch(() => undefined);
  try {
    return await Promise.race([reading, aborted]);
  } catch (error) {
    throw error instanceof DocumentFailure
      ? error
      : new DocumentFailure(`${url.host} ended before all was sent`);
  }
}
