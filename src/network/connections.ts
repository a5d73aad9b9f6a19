import { EventEmitter } from "node:events";
import type { ClientRequest } from "node:http";
import { Agent } from "node:https";
import type { Socket } from "node:net";
import { connect, TLSSocket } from "node:tls";
import { createPipelineRequest, type PipelineRequest, proxyPolicy } from "@azure/core-rest-pipeline";
import { HttpsProxyAgent } from "https-proxy-agent";
import { proxyUrlOf } from "./destination.ts";

/**
 * Connections of this process. TCP and TLS take two round trips before a request can be sent, which pass while something
 * else is waited for, if the connection is opened ahead of its request. All are kept for further requests.
 */
export interface Connections {
  /** Begins to open so many connections to the host of an https URL. Whatever goes wrong meets the request that gets it. */
  openAhead(url: string, count: number): void;
  /** Leads a request, whose proxy the SDK has chosen by the environment, by these connections. */
  lead(request: PipelineRequest): void;
}

/** An agent, and the connections that it has opened ahead of their requests. */
interface AheadAgent {
  readonly agent: Agent | HttpsProxyAgent<string>;
  readonly openAhead: (host: string, port: number) => void;
}

const HTTPS_PORT = 443;

/** No connection is opened yet. */
export function createConnections(): Connections {
  const agents = new Map<string | undefined, AheadAgent>();
  const agentBy = (proxy: URL | undefined): AheadAgent => {
    const agent = agents.get(proxy?.href) ?? (proxy === undefined ? directAgent() : tunnelAgent(proxy));
    agents.set(proxy?.href, agent);
    return agent;
  };
  return {
    openAhead(url, count) {
      const { hostname, port } = new URL(url);
      // The SDK's own policy, so that the way is the one that the request will take. It decides before its first await.
      const decide = proxyPolicy().sendRequest(createPipelineRequest({ url }), (request) => {
        const { openAhead } = agentBy(proxyUrlOf(request));
        for (let opened = 0; opened < count; opened += 1) {
          openAhead(hostname, Number(port) || HTTPS_PORT);
        }
        throw new Error("nothing is sent");
      });
      decide.catch(() => undefined);
    },
    lead(request) {
      if (new URL(request.url).protocol === "https:") {
        request.agent = agentBy(proxyUrlOf(request)).agent;
      }
    },
  };
}

/** Straight to the host. */
function directAgent(): AheadAgent {
  const agent = new Agent({ keepAlive: true });
  const ahead = createAhead();
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = ahead.take(hostKey(options.host, options.port));
    if (connection === undefined) {
      return open(options, callback);
    }
    const created = callback as ((error: Error | null, socket?: Socket) => void) | undefined;
    connection.then(
      (socket) => created?.(null, socket),
      (error: Error) => created?.(error),
    );
    return undefined;
  };
  return {
    agent,
    openAhead(host, port) {
      const options = { host, port, servername: host, ALPNProtocols: ["http/1.1"] };
      ahead.add(hostKey(host, port), whenSecure(connect(options)));
    },
  };
}

/** By an HTTP proxy (RFC 9110, section 9.3.6: CONNECT). */
function tunnelAgent(proxy: URL): AheadAgent {
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  const ahead = createAhead();
  const standIns = new WeakMap<Promise<Socket>, EventEmitter>();
  const open = agent.connect.bind(agent);
  agent.connect = async (request, options) => {
    const connection = ahead.take(hostKey(options.host, options.port));
    if (connection === undefined) {
      return await open(request, options);
    }
    // A proxy that refuses has its answer played back to the request, for which another one stood in.
    request.once("socket", (socket) => standIns.get(connection)?.emit("socket", socket));
    return await connection;
  };
  return {
    agent,
    openAhead(host, port) {
      const standIn = new EventEmitter();
      const options = {
        host,
        port,
        servername: host,
        secureEndpoint: true,
        ALPNProtocols: ["http/1.1"],
      } as const;
      const connection = open(standIn as ClientRequest, options).then(whenSecure);
      standIns.set(connection, standIn);
      ahead.add(hostKey(host, port), connection);
    },
  };
}

/** Connections that wait for their requests, by host. */
function createAhead() {
  const waiting = new Map<string, Promise<Socket>[]>();
  const remove = (key: string, connection: Promise<Socket>): void => {
    waiting.set(key, waiting.get(key)?.filter((other) => other !== connection) ?? []);
  };
  return {
    add(key: string, connection: Promise<Socket>): void {
      waiting.set(key, [...(waiting.get(key) ?? []), connection]);
      connection.then(
        // The peer may tire of waiting.
        (socket) => socket.once("close", () => remove(key, connection)),
        () => undefined,
      );
    },
    take(key: string): Promise<Socket> | undefined {
      return waiting.get(key)?.shift();
    },
  };
}

function hostKey(host: string | null | undefined, port: number | string | null | undefined): string {
  return `${host}:${port || HTTPS_PORT}`;
}

/** What is no TLS socket is a proxy's answer in place of a tunnel. */
function whenSecure(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (!(socket instanceof TLSSocket)) {
      resolve(socket);
      return;
    }
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      // Whoever takes it listens; until then nobody does.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
