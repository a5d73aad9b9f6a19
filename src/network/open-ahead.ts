/** Opens connections before there is a request for them, by nothing but sockets: all else is loaded meanwhile. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

/** Where a connection leads, and by which way. */
export interface Way {
  readonly host: string;
  readonly port: number;
  /** The HTTP proxy on the way. */
  readonly proxy: URL | undefined;
}

/** Of what a proxy answers instead, in characters. */
const LONGEST_SHOWN = 80;

/** Connections that wait for their requests. */
export interface OpenedAhead {
  /** One that was opened, or is being opened, this way. Rejects when it could not be: then open another. */
  take(way: Way): Promise<TLSSocket> | undefined;
}

/** The longest answer of a proxy to CONNECT that is read, in octets. */
const LONGEST_ANSWER = 16 * 1024;

/**
 * Begins to open a connection each of these ways, with TLS. TCP and TLS 1.3 take two round trips, which pass while a token is
 * waited for. What fails is not told: whoever needs the connection opens another, and meets the fault.
 */
export function openAhead(ways: readonly Way[]): OpenedAhead {
  const waiting = new Map<string, Promise<TLSSocket>[]>();
  for (const way of ways) {
    const key = keyOf(way);
    const connection = openConnection(way);
    const others = waiting.get(key) ?? [];
    waiting.set(key, [...others, connection]);
    const forget = (): void => {
      waiting.set(key, waiting.get(key)?.filter((other) => other !== connection) ?? []);
    };
    // The peer may tire of waiting.
    connection.then((socket) => socket.once("close", forget), forget);
  }
  return { take: (way) => waiting.get(keyOf(way))?.shift() };
}

function keyOf({ host, port, proxy }: Way): string {
  return `${host}:${port} ${proxy?.href ?? ""}`;
}

/**
 * Opens one connection, with TLS.
 * @throws Error with the runtime's code in `code`, or in words where a proxy refuses.
 */
export async function openConnection({ host, port, proxy }: Way): Promise<TLSSocket> {
  const options = { host, port, servername: host, ALPNProtocols: ["http/1.1"] };
  const tunnel = proxy === undefined ? undefined : await openTunnel(proxy, `${host}:${port}`);
  const socket = connectTls(tunnel === undefined ? options : { ...options, socket: tunnel });
  await new Promise((resolve, reject) => {
    // Stays: until the socket is taken nobody else listens.
    socket.on("error", reject);
    socket.once("secureConnect", resolve);
  });
  return socket;
}

/** Asks an HTTP proxy to lead to the target: RFC 9110, section 9.3.6 (CONNECT). */
async function openTunnel(proxy: URL, target: string): Promise<Socket> {
  const socket = connectTcp({ host: proxy.hostname.replace(/^\[|\]$/g, ""), port: Number(proxy.port) || 80 });
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization =
    credentials === ":"
      ? ""
      : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString("base64")}\r\n`;
  socket.write(
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Connection: Keep-Alive\r\n${authorization}\r\n`,
  );
  const answer = await new Promise<string>((resolve, reject) => {
    let read = "";
    const onData = (octets: Buffer): void => {
      read += octets.toString("latin1");
      if (read.includes("\r\n\r\n") || read.length > LONGEST_ANSWER) {
        socket.off("data", onData);
        resolve(read);
      }
    };
    socket.on("data", onData);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the proxy ended the connection")));
  });
  // After its answer the proxy is silent until TLS begins.
  if (!/^HTTP\/1\.[01] 200 .*\r\n\r\n$/s.test(answer)) {
    socket.destroy();
    throw new Error(
      `the proxy opens no tunnel: it answered ${answer.split("\r\n", 1)[0]?.slice(0, LONGEST_SHOWN)}`,
    );
  }
  return socket;
}
