import { isIP } from "node:net";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import type { Peer } from "./network-failure.ts";

/**
 * Whether the host is this machine or what it alone can reach: loopback and link-local addresses, where clouds put the
 * service that knows the machine's managed identity.
 */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(host) === 4) {
    return host.startsWith("127.") || host.startsWith("169.254.");
  }
  return isIP(host) === 6 ? host === "::1" || /^fe[89ab][0-9a-f]:/.test(host) : host === "localhost";
}

/** Who a request talks to. */
export function peerOf(request: PipelineRequest): Peer {
  return peerBy(new URL(request.url).host, proxyUrlOf(request));
}

/** A host, and the proxy on the way to it without user and password. */
export function peerBy(host: string, proxy: URL | undefined): Peer {
  return { host, proxy: proxy === undefined ? undefined : `${proxy.protocol}//${proxy.host}` };
}

/** The proxy of the agent that the Azure SDK has chosen by the environment. */
export function proxyUrlOf({ agent }: PipelineRequest): URL | undefined {
  return typeof agent === "object" && agent !== null && "proxy" in agent && agent.proxy instanceof URL
    ? agent.proxy
    : undefined;
}
