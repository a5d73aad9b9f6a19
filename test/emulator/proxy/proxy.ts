/** The HTTP proxy that leads Azure's host names to the emulator: RFC 9110, section 9.3.6 (CONNECT). */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Journal } from "../http/journal.ts";

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
  readonly journal: Journal;
}

const REFUSALS = { unresolvable: "502 Bad Gateway", forbidden: "403 Forbidden" } as const;

/** A proxy of the given table of hosts. Refused requests are logged; what passes is logged by who answers it. */
export function createProxy(options: ProxyOptions): Server {
  const server = createServer((incoming, response) => {
    const host = incoming.headers.host?.toLowerCase() ?? "";
    if (options.isPlainHost(host)) {
      forward(incoming, response, options.plainPort);
    } else {
      void refuse(incoming, response, host, options.journal);
    }
  });
  server.on("connect", (incoming, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    void tunnel(incoming.url ?? "", client, head, options);
  });
  return server;
}

/** Passes one plain request on. The target stays in absolute form: the server behind takes either. */
function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming;
  const upstream = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  incoming.pipe(upstream);
}

async function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  host: string,
  journal: Journal,
): Promise<void> {
  const { method = "GET", url: target = "" } = incoming;
  await journal.record({ host, method, target }, { status: 403 });
  response.writeHead(403, { "Content-Length": "0" }).end();
}

async function tunnel(authority: string, client: Duplex, head: Buffer, options: ProxyOptions): Promise<void> {
  const [host = "", port = ""] = authority.toLowerCase().split(":");
  const destination = options.destinationOf(host, Number(port));
  if (destination !== "emulator") {
    const refusal = REFUSALS[destination];
    const status = Number.parseInt(refusal, 10);
    await options.journal.record({ host, method: "CONNECT", target: authority }, { status });
    client.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return;
  }
  const upstream = connect(options.tlsPort, "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) {
      upstream.write(head);
    }
    join(client, upstream);
  });
  upstream.on("error", () => client.destroy());
}

/** Passes bytes both ways until either side ends; an error on one side ends the other. */
function join(client: Duplex, upstream: Socket): void {
  client.pipe(upstream);
  upstream.pipe(client);
  client.on("close", () => upstream.destroy());
  upstream.on("close", () => client.destroy());
}
