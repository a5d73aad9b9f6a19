/**
 * Opens a connection ahead to a server of this process, by the way that the first argument says, waits, and prints whether there is
 * one to take, and what a request by it was answered. Runs in a process of its own, which trusts the server by
 * NODE_EXTRA_CA_CERTS: the second argument names the folder of its certificate and key.
 */
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { openAhead } from "../../src/network/open-ahead.ts";

const [way, folder = ""] = process.argv.slice(2);
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const server = createServer({ cert: read("cert.pem"), key: read("key.pem") }, (socket) => {
  if (way === "ended by the server") {
    socket.destroy();
  }
  socket.on("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
});
const proxyServer = createHttpServer();
proxyServer.on("connect", (_request, client) => {
  if (way === "refused by the proxy") {
    client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    return;
  }
  const upstream = connect(portOf(server), "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    client.pipe(upstream).pipe(client);
  });
});

function portOf(listening: { address(): AddressInfo | string | null }): number {
  const address = listening.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

await Promise.all(
  [server, proxyServer].map((each) => new Promise<void>((resolve) => each.listen(0, "127.0.0.1", resolve))),
);
const byProxy = way === "by the proxy" || way === "refused by the proxy";
const proxy = byProxy ? new URL(`http://127.0.0.1:${portOf(proxyServer)}`) : undefined;
const target = { host: "localhost", port: way === "nobody listens" ? 1 : portOf(server), proxy };
const opened = openAhead([target]);
await Bun.sleep(300);
const taken = await opened.take(target);
console.log(taken === undefined ? "none" : await ask(taken));
console.log((await opened.take(target)) === undefined ? "none" : "another");
process.exit(0);

function ask(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.on("data", (octets) => resolve(octets.toString("latin1").split("\r\n", 1)[0] ?? ""));
    socket.write("GET / HTTP/1.1\r\n\r\n");
  });
}
