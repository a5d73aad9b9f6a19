/**
 * Probes a host by the way that the first argument says, and prints as JSON what is known of it then, and what the server still has
 * of it. Runs in a process of its own, which trusts the server by NODE_EXTRA_CA_CERTS: the second argument names the folder of its
 * certificate and key.
 */
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { startBudget } from "../../src/network/budget.ts";
import { probeHost } from "../../src/network/probe.ts";

const [way = "", folder = ""] = process.argv.slice(2);
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** What the server has of those who probe it. Whoever leaves at once may never have been here. */
const seen = { connections: 0, octets: 0 };
const server = createServer({ cert: read("cert.pem"), key: read("key.pem") }, (socket) => {
  seen.connections += 1;
  socket.on("data", ({ length }) => {
    seen.octets += length;
  });
  // Whoever only looks does not say good-bye.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    seen.connections -= 1;
  });
});
/** Takes connections, and says nothing. */
const silent = createTcpServer(() => undefined);
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

function listen(each: Server): Promise<void> {
  return new Promise((resolve) => each.listen(0, "127.0.0.1", resolve));
}

await Promise.all([server, silent, proxyServer].map(listen));

const proxyAt = (port: number): URL => new URL(`http://user:password@127.0.0.1:${port}`);
const direct = { host: "localhost", port: portOf(server), proxy: undefined };
const byProxy = { ...direct, proxy: proxyAt(portOf(proxyServer)) };
// Names that end in .invalid are nobody's, and in no DNS: RFC 6761, section 6.4.
const WAYS: Readonly<Record<string, Parameters<typeof probeHost>[0]>> = {
  directly: direct,
  "nobody listens": { ...direct, port: 1 },
  "nobody answers": { ...direct, port: portOf(silent) },
  "not in DNS": { ...direct, host: "vault.invalid" },
  "by the proxy": { ...byProxy, host: "vault.invalid" },
  "by the proxy to another host": { ...byProxy, host: "other.invalid" },
  "refused by the proxy": byProxy,
  "a proxy that is not there": { ...byProxy, proxy: proxyAt(1) },
  "a proxy that does not answer": { ...byProxy, proxy: proxyAt(portOf(silent)) },
};

const seconds = way === "nobody answers" || way === "a proxy that does not answer" ? 0.2 : 20;
const { failure, ...probed } = await probeHost(WAYS[way] ?? direct, startBudget(seconds));
await Bun.sleep(50);
for (let waited = 0; waited < 100 && seen.connections > 0; waited += 1) {
  await Bun.sleep(20);
}
const { message } = failure ?? {};
console.log(JSON.stringify({ ...probed, failure: message, proxy: byProxy.proxy.host, seen }));
process.exit(0);
