/** Hosts that seem far away. Times are held against lower bounds only: a busy machine makes everything later. */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { openTunnel, send, transmit } from "./client.ts";
import { type Emulator, startEmulator } from "./index.ts";

const HOST = "myvault.vault.azure.net";
const URL_OF_KEY = `https://${HOST}/keys/k`;
const ROUND_TRIP_MS = 61; // Odd, so that half of it is no whole millisecond.

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  emulator.createVault("myvault");
});
afterEach(() => emulator.setLatency(0));
afterAll(async () => await emulator.close());

/** How long something takes, in milliseconds. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** A TLS connection through a tunnel, the handshake done. */
async function openTls(): Promise<TLSSocket> {
  const socket = await openTunnel(emulator, HOST);
  return await new Promise((resolve, reject) => {
    const tls = connect({ socket, servername: HOST, ca: readFileSync(emulator.caFile, "utf8") }, () => {
      resolve(tls);
    });
    tls.on("error", reject);
  });
}

/** The status of a request by an agent's connection. */
async function ask(agent: Agent): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const asking = request(URL_OF_KEY, { agent }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    asking.on("error", reject).end();
  });
}

test("a first request takes three round trips, a second one by the same connection one", async () => {
  emulator.setLatency(ROUND_TRIP_MS);
  const start = performance.now();
  const tls = await openTls();
  expect(tls.getProtocol()).toBe("TLSv1.3");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => tls;
  expect(await ask(agent)).toBe(401);
  expect(performance.now() - start).toBeGreaterThanOrEqual(3 * ROUND_TRIP_MS);
  expect(await timed(() => ask(agent))).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
  tls.destroy();
  const [first, second] = emulator.log.slice(-2);
  expect(first?.connection).toBe(second?.connection ?? NaN);
});

test("CONNECT alone takes one round trip, and the service none", async () => {
  emulator.setLatency(ROUND_TRIP_MS);
  expect(await timed(async () => (await openTunnel(emulator, HOST)).destroy())).toBeGreaterThanOrEqual(
    ROUND_TRIP_MS,
  );
  const start = performance.now();
  await send(emulator, URL_OF_KEY);
  const { span } = emulator.log.at(-1) ?? {};
  // The request arrives after two and a half round trips; half a round trip after it was answered the client has it.
  expect(span?.start).toBeGreaterThanOrEqual(start + 2.5 * ROUND_TRIP_MS);
  expect(performance.now()).toBeGreaterThanOrEqual((span?.end ?? NaN) + ROUND_TRIP_MS / 2);
});

test("many octets come late, complete and in their order", async () => {
  const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => `${index}\n`).join(""));
  const take = emulator.publish("https://ca.example/many", content, "text/plain");
  emulator.setLatency(20);
  try {
    const { text, error } = await transmit(emulator, "https://ca.example/many");
    expect(error).toBeUndefined();
    expect(text.slice(text.indexOf("\r\n\r\n") + 4) === content.toString()).toBe(true);
  } finally {
    take();
  }
});

test("a reset comes half a round trip late, as a reset", async () => {
  emulator.setLatency(ROUND_TRIP_MS);
  const take = emulator.addFault({ kind: "reset", host: HOST, times: 1 });
  const { text, error } = await transmit(emulator, URL_OF_KEY);
  take();
  expect({ text, error }).toEqual({ text: "", error: "ECONNRESET" });
  expect(performance.now()).toBeGreaterThanOrEqual(
    (emulator.log.at(-1)?.span.end ?? NaN) + ROUND_TRIP_MS / 2,
  );
});

test("a client that leaves before its tunnel is open takes nobody else's", async () => {
  emulator.setLatency(ROUND_TRIP_MS);
  const leaving = new AbortController();
  const left = fetch(URL_OF_KEY, { proxy: emulator.proxyUrl, signal: leaving.signal });
  await Bun.sleep(ROUND_TRIP_MS / 4);
  leaving.abort();
  await expect(left).rejects.toThrow();
  expect((await send(emulator, URL_OF_KEY)).status).toBe(401);
});

test("the emulator closes while bytes are on their way", async () => {
  const other = await startEmulator();
  other.createVault("myvault");
  other.setLatency(200);
  const asking = send(other, URL_OF_KEY).catch(() => "gone");
  await Bun.sleep(250);
  await other.close();
  expect(await asking).toBe("gone");
});

test("tunnels are listed whether or not a request came by them", async () => {
  const before = emulator.tunnels.length;
  const start = performance.now();
  (await openTunnel(emulator, HOST)).destroy();
  await send(emulator, "https://login.microsoftonline.com/");
  await expect(openTunnel(emulator, "missing.vault.azure.net")).rejects.toThrow("502");
  const opened = emulator.tunnels.slice(before);
  expect(opened.map(({ host }) => host)).toEqual([HOST, "login.microsoftonline.com"]);
  expect(opened[0]?.openedAt).toBeGreaterThanOrEqual(start);
  expect(opened[1]?.openedAt).toBeGreaterThan(opened[0]?.openedAt ?? NaN);
});

test.each([-1, NaN, Infinity])("a latency of %p makes no sense", (roundTripMs) => {
  expect(() => emulator.setLatency(roundTripMs)).toThrow(RangeError);
});
