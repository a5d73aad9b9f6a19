/** A real HTTP server for the unit tests of the way to the network. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import type { PipelineRequest } from "@azure/core-rest-pipeline";
import { createSelfSigned, privateKeyToPem, toPem } from "../pki/index.ts";
import { request } from "./fake-network.ts";

/** What the server does with one request. */
export type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** A server that runs. */
export interface LocalServer {
  /** Its host and port. */
  readonly host: string;
  /** How many requests it got. */
  calls(): number;
  /** A request to it by its address. */
  request(options?: Parameters<typeof request>[1]): PipelineRequest;
  /** A request to it that a client takes for one to another machine, https://vault.example by default. */
  requestAs(url?: string, options?: Parameters<typeof request>[1]): PipelineRequest;
  [Symbol.dispose](): void;
}

/** Answers with a status, headers and a body. */
export function reply(status: number, headers: Readonly<Record<string, string>> = {}, body = "{}"): Handler {
  return (_incoming, outgoing) => {
    outgoing.writeHead(status, headers).end(body);
  };
}

/** Never answers. */
export function stall(): void {
  // Nothing is written, and nothing is closed.
}

/** Announces more than it sends, and does not go on. */
export function stallInBody(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(200, { "content-length": "100" }).write('{"a":');
}

/** Closes the connection in place of an answer. */
export function reset({ socket }: IncomingMessage): void {
  socket.destroy();
}

/** Closes the connection within the body. */
export function truncate(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(200, { "content-length": "100" }).write('{"a":');
  setTimeout(() => outgoing.socket?.destroy(), 10);
}

/** A server that handles its first request by the first handler and so on, and all further ones by the last. */
export async function startServer(...handlers: readonly Handler[]): Promise<LocalServer> {
  const { listener, calls } = listenerOf(handlers);
  return await listen("http", createServer(listener), calls);
}

/** As `startServer`, with TLS and a certificate that nobody trusts. */
export async function startTlsServer(...handlers: readonly Handler[]): Promise<LocalServer> {
  const { certificate, privateKey } = await createSelfSigned({ subject: "CN=vault.example" });
  const { listener, calls } = listenerOf(handlers);
  const server = createTlsServer({ key: privateKeyToPem(privateKey), cert: toPem(certificate) }, listener);
  return await listen("https", server, calls);
}

function listenerOf(handlers: readonly Handler[]): { listener: RequestListener; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    listener: (incoming, outgoing) => {
      const handle = handlers[Math.min(calls, handlers.length - 1)] ?? stall;
      calls += 1;
      incoming.resume().on("end", () => handle(incoming, outgoing));
    },
  };
}

async function listen(
  scheme: "http" | "https",
  server: Server & { closeAllConnections(): void },
  calls: () => number,
): Promise<LocalServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    calls,
    request: (options) => request(`${scheme}://${host}/path?query=secret`, options),
    requestAs: (url = "https://vault.example/path", options = {}) => {
      const requestOverrides = { hostname: "127.0.0.1", port, rejectUnauthorized: false };
      return request(url, { requestOverrides, ...options });
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
