/** Brings a service onto an HTTP connection: reads the request, asks, logs, waits for the hooks, answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { Clock } from "../clock.ts";
import type { FaultTable } from "../faults/fault-table.ts";
import { performFault } from "../faults/service-faults.ts";
import { hostName, type ServiceHandler, type ServiceRequest } from "./exchange.ts";
import type { Journal } from "./journal.ts";
import { wireAnswer, writeWire } from "./wire.ts";

/** What a server needs to know of the rest of the emulator. */
export interface ServiceServerOptions {
  readonly handler: ServiceHandler;
  readonly journal: Journal;
  readonly faults: FaultTable;
  readonly clock: Clock;
}

/** An HTTP server in front of one handler. It listens nowhere: connections are handed to it, or `listen` is called. */
export function createServiceServer(options: ServiceServerOptions): Server {
  return createServer((incoming, response) => {
    void serve(incoming, response, options).catch((error: unknown) => {
      // A defect of the emulator itself: loud, and never mistaken for an answer of Azure's.
      console.error("emulator: a handler failed", error);
      incoming.socket.destroy();
    });
  });
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  { handler, journal, faults, clock }: ServiceServerOptions,
): Promise<void> {
  const request = await readRequest(incoming);
  const ask = async () =>
    isMisdirected(incoming.socket, request.host) ? { status: 421 } : await handler(request);
  const met = faults.find(request);
  if (met) {
    await performFault({
      met,
      response,
      clock,
      ask,
      record: async (answer, fault) => await journal.record(request, answer, fault),
    });
    return;
  }
  const answer = await ask();
  await journal.record(request, answer);
  writeWire(response, wireAnswer(answer, clock));
}

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(Buffer.from(chunk));
  }
  const host = (incoming.headers.host ?? "").toLowerCase();
  const target = originForm(incoming.url ?? "/");
  // Not resolved against a base: `//secrets/x` is a path here, not a host.
  const url = new URL(`http://${host === "" ? "localhost" : host}${target}`);
  const { method = "GET", headers } = incoming;
  const connection = connectionNumber(incoming.socket);
  const body = Buffer.concat(chunks);
  return { host, method, target, url, headers, body, connection, receivedAt: performance.now() };
}

const CONNECTIONS = new WeakMap<IncomingMessage["socket"], number>();
let connections = 0;

function connectionNumber(socket: IncomingMessage["socket"]): number {
  const number = CONNECTIONS.get(socket) ?? ++connections;
  CONNECTIONS.set(socket, number);
  return number;
}

/** A proxy is asked with a whole URL (RFC 9112, section 3.2.2); the service behind it sees path and query. */
function originForm(target: string): string {
  return target.replace(/^http:\/\/[^/?#]*/i, "").replace(/^(?!\/)/, "/");
}

/** A request for another host than the one that the TLS handshake named: RFC 9110, section 15.5.20. */
function isMisdirected(socket: IncomingMessage["socket"], host: string): boolean {
  const { servername } = socket as Partial<TLSSocket>;
  return typeof servername === "string" && servername !== "" && servername.toLowerCase() !== hostName(host);
}
