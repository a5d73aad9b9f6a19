/** Tunnels that go wrong at the proxy because a test says so. */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { openTunnel, runSdk, send } from "./client.ts";
import { type Emulator, type Fault, startEmulator } from "./index.ts";

const HOST = "myvault.vault.azure.net";
const URL_OF_KEY = `https://${HOST}/keys/k`;

let emulator: Emulator;
let take: (() => void)[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
  emulator.createVault("myvault");
});
afterEach(() => {
  for (const undo of take) {
    undo();
  }
  take = [];
});
afterAll(async () => await emulator.close());

function add(fault: Fault): void {
  take.push(emulator.addFault(fault));
}

/** What comes back on a CONNECT request, and how the connection ends. */
async function ask(target = emulator): Promise<{ text: string; error?: string }> {
  const { hostname, port } = new URL(target.proxyUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  let text = "";
  return await new Promise((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => resolve({ text, error: code }));
    socket.on("end", () => resolve({ text }));
  });
}

test("a reset ends the connection by TCP's reset", async () => {
  add({ kind: "reset", method: "CONNECT", host: HOST, times: 1 });
  expect(await ask()).toEqual({ text: "", error: "ECONNRESET" });
  const entry = { host: HOST, method: "CONNECT", path: `${HOST}:443`, status: 0, fault: "reset" } as const;
  expect(emulator.log.at(-1)).toMatchObject(entry);
  expect((await send(emulator, URL_OF_KEY)).status).toBe(401);
});

test("a stall keeps the connection open and silent, and the emulator still closes", async () => {
  const other = await startEmulator();
  other.createVault("myvault");
  other.addFault({ kind: "stall", method: "CONNECT" });
  let ended = false;
  const stalled = ask(other).then((answer) => {
    ended = true;
    return answer;
  });
  await Bun.sleep(150);
  expect(ended).toBe(false);
  expect(other.log).toMatchObject([{ method: "CONNECT", status: 0, fault: "stall" }]);
  await other.close();
  expect((await stalled).text).toBe("");
});

test("a delay holds the tunnel back, and the refusal of one", async () => {
  add({ kind: "delay", method: "CONNECT", milliseconds: 150 });
  const before = performance.now();
  expect((await send(emulator, URL_OF_KEY)).status).toBe(401);
  expect(performance.now() - before).toBeGreaterThanOrEqual(149);
  const [tunnel, request] = emulator.log.slice(-2);
  expect(tunnel).toMatchObject({ method: "CONNECT", status: 200, fault: "delay" });
  expect(request).toMatchObject({ method: "GET", status: 401 });
  expect(request).not.toHaveProperty("fault");
  await expect(send(emulator, "https://missing.vault.azure.net/")).rejects.toThrow("502");
  expect(emulator.log.at(-1)).toMatchObject({ method: "CONNECT", status: 502, fault: "delay" });
});

test("a delay that nobody waits for ends without an answer", async () => {
  add({ kind: "delay", method: "CONNECT", milliseconds: 60_000 });
  const { hostname, port } = new URL(emulator.proxyUrl);
  const { length } = emulator.log;
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  await Bun.sleep(100);
  socket.destroy();
  await Bun.sleep(100);
  expect(emulator.log.slice(length)).toMatchObject([{ status: 0, fault: "delay" }]);
});

test("what a client sends while it is delayed is not lost", async () => {
  add({ kind: "delay", method: "CONNECT", milliseconds: 150 });
  const { hostname, port } = new URL(emulator.proxyUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  await Bun.sleep(50);
  socket.write("no TLS");
  // The server behind the tunnel ends what does not begin with a handshake; it would wait for one that is to come.
  const ended = new Promise((resolve) => socket.resume().on("end", resolve).on("error", resolve));
  const late = Bun.sleep(2000).then(() => "late");
  expect(await Promise.race([ended, late])).not.toBe("late");
  socket.destroy();
});

test("an answer comes in place of the tunnel, with its headers and body", async () => {
  const headers = { "Proxy-Authenticate": "Negotiate" };
  add({ kind: "answer", method: "CONNECT", status: 407, headers, body: "who?", contentType: "text/plain" });
  const { text, error } = await ask();
  expect(error).toBeUndefined();
  expect(text).toStartWith("HTTP/1.1 407 Proxy Authentication Required\r\n");
  expect(text).toMatch(/\r\nProxy-Authenticate: Negotiate\r\n/);
  expect(text).toMatch(/\r\nContent-Type: text\/plain\r\n/);
  expect(text).toMatch(/\r\nContent-Length: 4\r\n.*\r\n\r\nwho\?$/s);
  expect(emulator.log.at(-1)).toMatchObject({ host: HOST, method: "CONNECT", status: 407, fault: "answer" });
});

test("the headers of an answer replace the proxy's own, whatever their case", async () => {
  add({ kind: "answer", method: "CONNECT", status: 502, headers: { connection: "keep-alive" } });
  const { text } = await ask();
  expect(text.match(/^connection:.*$/gim)).toEqual(["connection: keep-alive"]);
});

test("a fault meets the tunnels that it names, to whichever host, and no requests", async () => {
  const refuse = { kind: "answer", status: 503 } as const;
  add({ ...refuse, method: "CONNECT", host: "example.com", path: /^example\.com:443$/ });
  await expect(openTunnel(emulator, "Example.com")).rejects.toThrow("503");
  await expect(openTunnel(emulator, "sub.example.com")).rejects.toThrow("403");
  expect((await send(emulator, URL_OF_KEY)).status).toBe(401);
});

test("a fault of a host that does not say CONNECT leaves the tunnel alone", async () => {
  add({ kind: "answer", status: 418, host: HOST, times: 1 });
  expect((await send(emulator, URL_OF_KEY)).status).toBe(418);
  expect(emulator.log.at(-1)).toMatchObject({ method: "GET", status: 418, fault: "answer" });
});

test("the SDK tries again after a reset", async () => {
  const principal = await emulator.createServicePrincipal("client-secret");
  add({ kind: "reset", method: "CONNECT", host: "login.microsoftonline.com", times: 1 });
  const said = await runSdk(
    emulator,
    principal,
    `import { EnvironmentCredential } from "@azure/identity";
     const { token } = await new EnvironmentCredential().getToken("https://vault.azure.net/.default");
     console.log(token.split(".").length);`,
  );
  expect(said).toBe("3");
  expect(emulator.log.filter(({ fault }) => fault === "reset")).not.toBeEmpty();
});
