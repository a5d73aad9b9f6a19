/** Requests to services that go wrong because a test says so: on the way, or in time. */
import { describe, expect, test } from "bun:test";
import { send, transmit } from "./client.ts";
import { HOST, IMDS, useFaultyVault } from "./faulty-vault.ts";
import { startEmulator } from "./index.ts";
import { VERSION } from "./signing-vault.ts";

const vault = useFaultyVault();
const { site, add, get, lastEntry } = vault;

async function read() {
  const { emulator, vault, headers } = site();
  return await transmit(emulator, `${vault.url}/certificates/signer?${VERSION}`, { headers });
}

describe("a reset", () => {
  test("ends the connection by TCP's reset, without an answer, as often as it is to", async () => {
    add({ kind: "reset", host: HOST, times: 2 });
    expect(await read()).toEqual({ text: "", error: "ECONNRESET" });
    expect(lastEntry()).toMatchObject({
      host: HOST,
      method: "GET",
      path: `/certificates/signer?${VERSION}`,
      status: 0,
      fault: "reset",
    });
    expect(lastEntry()).not.toHaveProperty("principal");
    await expect(vault.fetch()).rejects.toThrow();
    const answer = await vault.fetch();
    expect(answer.status).toBe(200);
    expect(lastEntry()).not.toHaveProperty("fault");
  });

  test("reaches plain endpoints, by themselves and through the proxy", async () => {
    const { environment } = site().emulator.createManagedIdentity("user-assigned");
    const host = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? "";
    const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent("https://vault.azure.net")}`;
    const headers = { Metadata: "true" };
    const viaProxy = { headers, proxy: site().emulator.proxyUrl };
    const undo = add({ kind: "reset", path: /^\/metadata\// });
    await expect(fetch(`${host}${path}`, { headers })).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(fetch(`http://169.254.169.254${path}`, viaProxy)).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(lastEntry()).toMatchObject({ host: "169.254.169.254", status: 0, fault: "reset" });
    undo();
    expect((await fetch(`http://169.254.169.254${path}`, viaProxy)).status).toBe(200);
    expect((await fetch(`${host}${path}`, { headers })).status).toBe(200);
  });
});

describe("a stall", () => {
  test("keeps the connection open and silent, others go on, and the emulator still closes", async () => {
    const other = await startEmulator();
    const { url } = other.createVault("myvault");
    other.addFault({ kind: "stall", path: /\/keys\/stalled/ });
    let ended = false;
    const stalled = transmit(other, `${url}/keys/stalled`).then((connection) => {
      ended = true;
      return connection;
    });
    await Bun.sleep(200);
    expect(ended).toBe(false);
    expect(other.log).toMatchObject([{ path: "/keys/stalled", status: 0, fault: "stall" }]);
    expect((await send(other, `${url}/keys/k`)).status).toBe(401);
    const before = performance.now();
    await other.close();
    expect(performance.now() - before).toBeLessThan(1000);
    expect((await stalled).text).toBe("");
  });
});

describe("a truncated answer", () => {
  test("has the headers of the whole and half of the body", async () => {
    const whole = await read();
    add({ kind: "truncate", times: 2 });
    const half = await read();
    const [head = "", body = ""] = half.text.split("\r\n\r\n");
    const [, wholeBody = ""] = whole.text.split("\r\n\r\n");
    const length = Number(/content-length: (?<length>\d+)/i.exec(head)?.groups?.["length"]);
    expect(head).toStartWith("HTTP/1.1 200 ");
    expect(length).toBe(wholeBody.length);
    expect(body).toHaveLength(Math.floor(length / 2));
    expect(wholeBody).toStartWith(body.slice(0, 50));
    expect(lastEntry()).toMatchObject({ status: 200, fault: "truncate", permission: "certificates/get" });
    const answer = await vault.fetch();
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect((await get()).status).toBe(200);
  });

  test("ends where there is no body to cut", async () => {
    add({ kind: "truncate", host: "login.microsoftonline.com" });
    const { text } = await transmit(site().emulator, "https://login.microsoftonline.com/nowhere");
    expect(text).toStartWith("HTTP/1.1 404 ");
  });

  test("through the proxy is no longer waited for", async () => {
    add({ kind: "truncate", host: "169.254.169.254" });
    const answer = fetch(IMDS, { proxy: site().emulator.proxyUrl }).then(async (got) => await got.text());
    await expect(answer).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ status: 400, fault: "truncate" });
  });
});

describe("a delay", () => {
  test("answers right, but late", async () => {
    add({ kind: "delay", milliseconds: 150, times: 1 });
    const before = performance.now();
    const { status, json } = await get();
    expect(performance.now() - before).toBeGreaterThanOrEqual(149);
    expect(status).toBe(200);
    expect(json).toHaveProperty("cer");
    expect(lastEntry()).toMatchObject({ status: 200, fault: "delay", principal: site().principal });
    const undelayed = performance.now();
    await get();
    expect(performance.now() - undelayed).toBeLessThan(140);
  });

  test.each([
    ["through a tunnel", async () => await vault.fetch(AbortSignal.timeout(100))],
    [
      "as a plain request to the proxy",
      async () =>
        await fetch(IMDS, {
          proxy: site().emulator.proxyUrl,
          signal: AbortSignal.timeout(100),
        }),
    ],
  ])("that nobody waits for ends without an answer, %s", async (_, ask) => {
    add({ kind: "delay", milliseconds: 60_000 });
    const before = performance.now();
    const { length } = site().emulator.log;
    await expect(ask()).rejects.toThrow();
    while (site().emulator.log.length === length && performance.now() - before < 5000) {
      await Bun.sleep(10);
    }
    expect(site().emulator.log.slice(length)).toMatchObject([{ status: 0, fault: "delay" }]);
  });
});
