import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import { dirname } from "node:path";
import { connect } from "node:tls";
import { openTunnel, send } from "./client.ts";
import { type Emulator, startEmulator } from "./index.ts";

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  emulator.createVault("myvault");
});
afterAll(async () => await emulator.close());

test("it starts quickly and cleans up after itself", async () => {
  const before = performance.now();
  const other = await startEmulator();
  const took = performance.now() - before;
  const folder = dirname(other.caFile);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await other.close();
  expect(existsSync(folder)).toBe(false);
  await expect(send(other, "https://login.microsoftonline.com/")).rejects.toThrow();
  expect(took).toBeLessThan(1000);
});

test("an existing vault is reached, a missing one does not resolve, other hosts are forbidden", async () => {
  expect((await send(emulator, "https://myvault.vault.azure.net/keys/k?api-version=7.4")).status).toBe(401);
  await expect(send(emulator, "https://missing.vault.azure.net/")).rejects.toThrow("502");
  await expect(send(emulator, "https://myvault.vault.azure.cn/")).rejects.toThrow("502");
  await expect(send(emulator, "https://example.com/")).rejects.toThrow("403");
  const refused = emulator.log.filter(({ method }) => method === "CONNECT");
  expect(refused.map(({ host, status }) => [host, status])).toEqual([
    ["missing.vault.azure.net", 502],
    ["myvault.vault.azure.cn", 502],
    ["example.com", 403],
  ]);
});

test("the proxy ends an idle tunnel where that is asked for, and nowhere else", async () => {
  const impatient = await startEmulator({ tunnelIdleMs: 200 });
  try {
    const [ended, kept] = await Promise.all(
      [impatient, emulator].map(async (some) => await openTunnel(some, "login.microsoftonline.com")),
    );
    await new Promise((resolve) => ended?.on("close", resolve).resume());
    expect(kept?.destroyed).toBe(false);
    kept?.destroy();
  } finally {
    await impatient.close();
  }
});

test("only port 443 is served", async () => {
  const { hostname: host, port } = new URL(emulator.proxyUrl);
  const status = await new Promise((resolve, reject) => {
    const connecting = request({ host, port, method: "CONNECT", path: "myvault.vault.azure.net:80" });
    connecting.on("connect", (answer) => resolve(answer.statusCode)).on("error", reject);
    connecting.end();
  });
  expect(status).toBe(403);
});

test("a plain http request to another host is refused", async () => {
  const answer = await fetch("http://example.com/", { proxy: emulator.proxyUrl });
  expect(answer.status).toBe(403);
});

test("a certificate holds for the names that it was made for only", async () => {
  const vaults = "https://myvault.vault.azure.net/";
  // The handshake names Entra ID, the request a vault: the certificate is right for neither.
  const crossed = await send(emulator, vaults, { servername: "login.microsoftonline.com" });
  expect(crossed.status).toBe(421);
  await expect(send(emulator, vaults, { servername: "example.com" })).rejects.toThrow();
});

test("a client that does not know the authority does not trust it", async () => {
  const code = await runBunFetch({ HTTPS_PROXY: emulator.proxyUrl });
  expect(code).not.toBe("401");
  expect(await runBunFetch({ ...emulator.environment })).toBe("401");
});

test("another server of a test gets a certificate for its own names", async () => {
  const { certificateFile, privateKeyFile } = await emulator.issueTlsCertificate(["localhost", "127.0.0.1"]);
  const [cert, key, ca] = await Promise.all(
    [certificateFile, privateKeyFile, emulator.caFile].map(async (file) => await Bun.file(file).text()),
  );
  expect(statSync(privateKeyFile).mode & 0o777).toBe(0o600);
  const server = createServer({ cert: cert ?? "", key: key ?? "" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  for (const servername of ["localhost", "127.0.0.1"]) {
    const authorized = await new Promise((resolve, reject) => {
      const host = servername;
      const socket = connect({ host, port, ca: ca ?? "" }, () => resolve(socket.authorized));
      socket.on("error", reject);
    });
    expect(authorized).toBe(true);
  }
  server.closeAllConnections();
  server.close();
});

test("hooks run before the answer leaves, one after the other, until they are taken away", async () => {
  const order: string[] = [];
  const take = emulator.beforeAnswer(async ({ path }) => {
    await Bun.sleep(30);
    order.push(`hook ${path}`);
  });
  await send(emulator, "https://myvault.vault.azure.net/first");
  order.push("answered");
  take();
  await send(emulator, "https://myvault.vault.azure.net/second");
  expect(order).toEqual(["hook /first", "answered"]);
  expect(emulator.log.slice(-2).map(({ path }) => path)).toEqual(["/first", "/second"]);
});

/** The status that Bun's own fetch gets in a process with this environment, or nothing. */
async function runBunFetch(environment: Readonly<Record<string, string>>): Promise<string> {
  const source = `console.log((await fetch("https://myvault.vault.azure.net/keys/k?api-version=7.4")).status)`;
  const child = Bun.spawn([process.execPath, "--eval", source], { env: environment, stderr: "ignore" });
  return (await new Response(child.stdout).text()).trim();
}
