/** Plain HTTP through the proxy: a request with a whole URL (RFC 9112, section 3.2.2) on its way to one server. */
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { resetConnection } from "../http/reset.ts";

/**
 * Passes one request on. The target stays in absolute form: the server behind takes either. What is for the proxy alone
 * (RFC 9110, section 11.7.2) goes no further.
 */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  { host, port }: { readonly host: string; readonly port: number },
): void {
  const { method, url: path } = incoming;
  const {
    "proxy-authorization": _credentials,
    "proxy-connection": _connection,
    ...others
  } = incoming.headers;
  const headers = { ...others, host };
  const upstream = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders(); // The first octet may never come.
    answer.pipe(response);
    // What ends too early for its length must not look like an answer that the client still waits for.
    answer.on("close", () => answer.complete || response.destroy());
  });
  upstream.on("error", () => resetConnection(incoming.socket));
  response.on("close", () => response.writableFinished || upstream.destroy());
  incoming.pipe(upstream);
}
