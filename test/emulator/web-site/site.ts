/** What is published under the hosts of one scheme: whole pages by their URLs. */
import type { ServiceAnswer, ServiceHandler, ServiceRequest } from "../http/exchange.ts";
import type { PublishedAnswer, PublishedBody, PublishedContent } from "../types.ts";

/** The sites of one scheme. */
export interface WebSites {
  /** Whether anything was ever published under the host. */
  has(host: string): boolean;
  /** Returns what takes the page away again. */
  put(url: URL, content: PublishedContent, contentType: string): () => void;
  readonly handler: ServiceHandler;
}

interface Page {
  readonly content: PublishedContent;
  readonly contentType: string;
}

/** As ordinary web servers have it: clients must not take it for what they asked for. */
const NOT_FOUND: ServiceAnswer = {
  status: 404,
  headers: { "Content-Type": "text/html" },
  octets: Buffer.from("<html><body><h1>404 Not Found</h1></body></html>\n"),
};

/** No sites. */
export function createWebSites(scheme: "http" | "https"): WebSites {
  const pages = new Map<string, Page>();
  const hosts = new Set<string>();
  return {
    has: (host) => hosts.has(host),
    put(url, content, contentType) {
      const page = { content, contentType };
      hosts.add(url.hostname);
      pages.set(keyOf(url), page);
      return () => {
        if (pages.get(keyOf(url)) === page) {
          pages.delete(keyOf(url));
        }
      };
    },
    async handler(request) {
      const page = pages.get(keyOf(request.url));
      return page === undefined ? NOT_FOUND : await show(page, request, scheme);
    },
  };
}

const keyOf = ({ hostname, pathname, search }: URL) => `${hostname}${pathname}${search}`;

async function show(
  { content, contentType }: Page,
  request: ServiceRequest,
  scheme: "http" | "https",
): Promise<ServiceAnswer> {
  const { host, method, target, headers, body } = request;
  if (typeof content === "function") {
    const answer = await content({ method, url: `${scheme}://${host}${target}`, headers, body });
    return toServiceAnswer(answer, contentType, method);
  }
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, headers: { Allow: "GET, HEAD" } };
  }
  return toServiceAnswer(isBody(content) ? { body: content } : content, contentType, method);
}

function toServiceAnswer(
  { status = 200, headers = {}, body }: PublishedAnswer,
  contentType: string,
  method: string,
): ServiceAnswer {
  if (body === undefined) {
    return { status, headers };
  }
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  const octets = typeof body === "string" ? Buffer.from(body) : body;
  const isSent = method !== "HEAD" || octets instanceof Uint8Array;
  return {
    status,
    headers: hasType ? headers : { "Content-Type": contentType, ...headers },
    ...(isSent && { octets }), // Nobody waits for the end of what is not sent.
  };
}

function isBody(content: PublishedBody | PublishedAnswer): content is PublishedBody {
  return typeof content === "string" || content instanceof Uint8Array || Symbol.asyncIterator in content;
}
