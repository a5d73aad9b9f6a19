/**
 * Opens a connection ahead to a server of this process, by the way that the first argument says, waits, and prints whether there is
 * one to take, and what a request by it was answered. Runs in a process of its own, which trusts the server by
 * NODE_EXTRA_CA_CERTS: the second argument names the folder of its certificate and key.
 */
import type { TLSSocket } from "node:tls";
import { openAhead } from "../../src/network/open-ahead.ts";
import { startTlsServers } from "./tls-servers.ts";

const [way, folder = ""] = process.argv.slice(2);
const { port, proxyPort } = await startTlsServers(folder, way === "refused by the proxy", (socket) => {
  if (way === "ended by the server") {
    socket.destroy();
  }
  socket.on("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
});
const byProxy = way === "by the proxy" || way === "refused by the proxy";
const proxy = byProxy ? new URL(`http://127.0.0.1:${proxyPort}`) : undefined;
const target = { host: "localhost", port: way === "nobody listens" ? 1 : port, proxy };
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
