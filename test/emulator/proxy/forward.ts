/** Plain HTTP through the proxy: a request with a whole URL (RFC 9112, section 3.2.2) on its way to one server. */
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { resetConnection } from "../http/reset.ts";

/** Passes one request on. The target stays in absolute form: the server behind takes either. */
export function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming;
  const upstream = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    // What ends too early for its length must not look like an answer that the client still waits for.
    answer.on("close", () => answer.complete || response.destroy());
  });
  upstream.on("error", () => resetConnection(incoming.socket));
  response.on("close", () => response.writableFinished || upstream.destroy());
  incoming.pipe(upstream);
}
