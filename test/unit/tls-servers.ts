/** A server with TLS and a proxy that leads to it, for scripts whose process trusts the server by NODE_EXTRA_CA_CERTS. */
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";

export interface TlsServers {
  /** Port of the server on loopback. */
  readonly port: number;
  /** Port of the HTTP proxy, which leads every tunnel to the server. */
  readonly proxyPort: number;
}

/**
 * Starts both.
 * @param folder of cert.pem and key.pem
 * @param refuses whether the proxy asks for a password, and opens no tunnel
 */
export async function startTlsServers(
  folder: string,
  refuses: boolean,
  onConnection: (socket: TLSSocket) => void,
): Promise<TlsServers> {
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const port = await listen(createServer({ cert: read("cert.pem"), key: read("key.pem") }, onConnection));
  const proxy = createHttpServer();
  proxy.on("connect", (_request, client) => {
    if (refuses) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
  });
  return { port, proxyPort: await listen(proxy) };
}

/** The port on loopback that it listens at from now on. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
