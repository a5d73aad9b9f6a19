/**
 * Probes a host by the way that the first argument says, and prints as JSON what is known of it then, and what the server still has
 * of it. Runs in a process of its own, which trusts the server by NODE_EXTRA_CA_CERTS: the second argument names the folder of its
 * certificate and key.
 */
import { createServer } from "node:net";
import { startBudget } from "../../src/network/budget.ts";
import { probeHost } from "../../src/network/probe.ts";
import { listen, startTlsServers } from "./tls-servers.ts";

const [way = "", folder = ""] = process.argv.slice(2);

/** What the server has of those who probe it. Whoever leaves at once may never have been here. */
const seen = { connections: 0, octets: 0 };
const { port, proxyPort } = await startTlsServers(folder, way === "refused by the proxy", (socket) => {
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
const silentPort = await listen(createServer(() => undefined));

const proxyAt = (itsPort: number): URL => new URL(`http://user:password@127.0.0.1:${itsPort}`);
const direct = { host: "localhost", port, proxy: undefined };
const byProxy = { ...direct, proxy: proxyAt(proxyPort) };
// Names that end in .invalid are nobody's, and in no DNS: RFC 6761, section 6.4.
const WAYS: Readonly<Record<string, Parameters<typeof probeHost>[0]>> = {
  directly: direct,
  "nobody listens": { ...direct, port: 1 },
  "nobody answers": { ...direct, port: silentPort },
  "not in DNS": { ...direct, host: "vault.invalid" },
  "by the proxy": { ...byProxy, host: "vault.invalid" },
  "by the proxy to another host": { ...byProxy, host: "other.invalid" },
  "refused by the proxy": byProxy,
  "a proxy that is not there": { ...byProxy, proxy: proxyAt(1) },
  "a proxy that does not answer": { ...byProxy, proxy: proxyAt(silentPort) },
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
