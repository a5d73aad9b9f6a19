/** Listening on loopback, and closing with whatever is still connected. */
import type { AddressInfo, Server, Socket } from "node:net";

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** For example `http://127.0.0.1:40001`. */
  readonly origin: string;
  /** Stops listening and ends every connection, idle or busy. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes any free one. */
export async function listen(server: Server, port: number): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}
