/** The HTTP proxy that leads Azure's host names to the emulator: RFC 9110, section 9.3.6 (CONNECT). */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FaultTable } from "../faults/fault-table.ts";
import { performTunnelFault } from "../faults/tunnel-faults.ts";
import type { Journal } from "../http/journal.ts";
import { resetConnection } from "../http/reset.ts";
import type { WireAnswer } from "../http/wire.ts";
import type { FaultKind, ProxyCredentials, Tunnel } from "../types.ts";
import { isAuthorized, PROXY_CHALLENGE } from "./credentials.ts";
import { forward } from "./forward.ts";
import { joinFarAway, type Latency } from "./latency.ts";

/** Where a tunnel may lead: to the emulator, to nothing (an unknown vault), or nowhere at all. */
export type Destination = "emulator" | "unresolvable" | "forbidden";

/** What the proxy needs to know of the rest of the emulator. */
export interface ProxyOptions {
  /** Decides by host name and port, for example `myvault.vault.azure.net` and 443. */
  readonly destinationOf: (host: string, port: number) => Destination;
  /** Loopback port of the TLS server behind every tunnel. */
  readonly tlsPort: number;
  /** Loopback port of the plain HTTP server that answers for the hosts below. */
  readonly plainPort: number;
  /** Whether a plain `http://` request to this host is for that server. */
  readonly isPlainHost: (host: string) => boolean;
  /** What it asks every client for; without them: nothing. */
  readonly credentials?: ProxyCredentials | undefined;
  /** Ends a tunnel by which nothing has come for so long, in milliseconds; without it: never. */
  readonly tunnelIdleMs?: number | undefined;
  readonly journal: Journal;
  readonly faults: FaultTable;
  readonly latency: Latency;
  /** Gets each tunnel that leads to the emulator. */
  readonly tunnels: Tunnel[];
}

const REFUSALS = { unresolvable: 502, forbidden: 403 } as const;

/** A proxy of the given table of hosts. Refused requests are logged; what passes is logged by who answers it. */
export function createProxy(options: ProxyOptions): Server {
  const server = createServer((incoming, response) => {
    const host = hostOf(incoming);
    if (!isAuthorized(incoming.headers, options.credentials)) {
      void refuse(incoming, response, 407, options.journal);
    } else if (options.isPlainHost(host) && !/^https:/i.test(incoming.url ?? "")) {
      forward(incoming, response, { host, port: options.plainPort });
    } else {
      void refuse(incoming, response, 403, options.journal);
    }
  });
  server.on("connect", (incoming, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    void tunnel(incoming, client, head, options);
  });
  return server;
}

async function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  status: 403 | 407,
  journal: Journal,
): Promise<void> {
  const { method = "GET", url: target = "" } = incoming;
  await journal.record({ host: hostOf(incoming), method, target }, { status });
  const challenge = status === 407 ? PROXY_CHALLENGE : {};
  response.writeHead(status, { "Content-Length": "0", ...challenge }).end();
}

/** The host of a whole URL counts, whatever the Host header says: RFC 9112, section 3.2.2. */
function hostOf({ url = "", headers }: IncomingMessage): string {
  return /^https?:/i.test(url) && URL.canParse(url) ? new URL(url).host : (headers.host?.toLowerCase() ?? "");
}

async function tunnel(
  { url: target = "", headers }: IncomingMessage,
  client: Duplex,
  head: Buffer,
  options: ProxyOptions,
): Promise<void> {
  const { destinationOf, credentials, journal, faults } = options;
  const [host = "", port = ""] = target.toLowerCase().split(":");
  const request = { host, method: "CONNECT", target: target.toLowerCase(), headers };
  const record = async (status: number, fault?: FaultKind["kind"]) =>
    await journal.record({ ...request, target }, { status }, fault);
  const met = faults.find(request);
  if (met && !(await performTunnelFault({ met, client, record, refuse: (answer) => end(client, answer) }))) {
    return;
  }
  const destination = isAuthorized(headers, credentials) ? destinationOf(host, Number(port)) : "unauthorized";
  if (destination !== "emulator") {
    const status = destination === "unauthorized" ? 407 : REFUSALS[destination];
    const challenge = status === 407 ? PROXY_CHALLENGE : {};
    await record(status, met?.fault.kind);
    const answer = { "Content-Length": "0", Connection: "close", ...challenge };
    end(client, { status, headers: answer, body: Buffer.alloc(0) });
    return;
  }
  if (met) {
    await record(200, met.fault.kind);
  }
  options.tunnels.push({ host, openedAt: performance.now() });
  open(client, head, options);
}

function end(client: Duplex, { status, headers, body }: WireAnswer): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  client.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`);
  client.end(body);
}

function open(client: Duplex, head: Buffer, options: ProxyOptions): void {
  const { tlsPort, tunnelIdleMs, latency } = options;
  const { roundTripMs } = latency;
  const establish = () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) {
      upstream.write(head);
    }
  };
  // A reset on the one side is a reset on the other: as if there were no proxy in between.
  const fail = () => resetConnection(client);
  const upstream = connect(tlsPort, "127.0.0.1", () => {
    if (roundTripMs === 0) {
      establish();
      join(client, upstream);
      return;
    }
    void joinFarAway({ client, upstream }, roundTripMs, () => {
      upstream.off("error", fail); // From here on it is passed on as late as everything else.
      establish();
    });
  });
  upstream.on("error", fail);
  if (tunnelIdleMs !== undefined) {
    upstream.setTimeout(tunnelIdleMs, () => upstream.destroy());
  }
}

/** Passes bytes both ways until either side ends; an error on one side ends the other. */
function join(client: Duplex, upstream: Socket): void {
  client.pipe(upstream);
  upstream.pipe(client);
  client.on("close", () => upstream.destroy());
  upstream.on("close", () => client.destroy());
}
