import { Agent } from "node:https";
import type { Socket } from "node:net";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import { HttpsProxyAgent } from "https-proxy-agent";
import { proxyUrlOf } from "./destination.ts";
import type { OpenedAhead, Way } from "./open-ahead.ts";

/** What has left this machine so far. */
export interface Traffic {
  readonly requests: number;
  readonly connections: number;
  /** One a request, and those that opened the connections. */
  readonly roundTrips: number;
}

/** Connections of this process: those that were opened ahead are used first, and all are kept for further requests. */
export interface Connections {
  /** Leads a request by them, the way that the SDK has chosen by the environment. To be called each time that it is sent. */
  lead(request: PipelineRequest): void;
  traffic(): Traffic;
}

const HTTPS_PORT = 443;

/** To open a connection: TCP, and TLS 1.3 (RFC 8446); by a proxy, CONNECT too. */
const ROUND_TRIPS_DIRECT = 2;
const ROUND_TRIPS_BY_PROXY = 3;

/** @param opened default: none */
export function createConnections(opened?: OpenedAhead): Connections {
  const agents = new Map<string | undefined, Agent | HttpsProxyAgent<string>>();
  let traffic: Traffic = { requests: 0, connections: 0, roundTrips: 0 };
  const count = (requests: number, connections: number, roundTrips: number): void => {
    traffic = {
      requests: traffic.requests + requests,
      connections: traffic.connections + connections,
      roundTrips: traffic.roundTrips + roundTrips,
    };
  };
  const noteDirect = (): void => count(0, 1, ROUND_TRIPS_DIRECT);
  const noteTunnel = (): void => count(0, 1, ROUND_TRIPS_BY_PROXY);
  return {
    lead(request) {
      count(1, 0, 1);
      if (new URL(request.url).protocol === "https:") {
        const proxy = proxyUrlOf(request);
        const agent =
          agents.get(proxy?.href) ??
          (proxy === undefined ? directAgent(opened, noteDirect) : tunnelAgent(proxy, opened, noteTunnel));
        agents.set(proxy?.href, agent);
        request.agent = agent;
      }
    },
    traffic: () => traffic,
  };
}

/** Straight to the host. */
function directAgent(opened: OpenedAhead | undefined, note: () => void): Agent {
  const agent = new Agent({ keepAlive: true });
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    note();
    const ahead = opened?.take(wayTo(options, undefined));
    if (ahead === undefined) {
      return open(options, callback);
    }
    const created = callback as ((error: Error | null, socket: unknown) => void) | undefined;
    ahead.then(
      (socket) => created?.(null, socket),
      () => created?.(null, open(options)),
    );
    return undefined;
  };
  return agent;
}

/** By an HTTP proxy (RFC 9110, section 9.3.6: CONNECT). */
function tunnelAgent(proxy: URL, opened: OpenedAhead | undefined, note: () => void): HttpsProxyAgent<string> {
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  // Only https is led here; by itself it looks into the stack, and keeps a connection where it does not look for it again.
  agent.isSecureEndpoint = () => true;
  const open = agent.connect.bind(agent);
  agent.connect = async (request, options): Promise<Socket> => {
    note();
    const ahead = opened?.take(wayTo(options, proxy));
    return (await ahead?.catch(() => undefined)) ?? (await open(request, options));
  };
  return agent;
}

interface Target {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

function wayTo({ host, port }: Target, proxy: URL | undefined): Way {
  return { host: host ?? "", port: Number(port) || HTTPS_PORT, proxy };
}
