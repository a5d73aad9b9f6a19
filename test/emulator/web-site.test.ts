/** Web sites outside Azure: what tests publish there, plain and by TLS. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { send } from "./client.ts";
import { type Emulator, type LogEntry, startEmulator } from "./index.ts";

/** Octets that are no text in any encoding. */
const OCTETS = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);
const SITE = "http://ca.example";

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => await emulator.close());

/** By a client that knows the proxy and the authority, and follows nothing. */
async function get(url: string, init: BunFetchRequestInit = {}): Promise<Response> {
  const tls = { ca: await Bun.file(emulator.caFile).text() };
  return await fetch(url, { redirect: "manual", proxy: emulator.proxyUrl, tls, ...init });
}

/** All that the proxy sends until the connection ends. */
async function speak(lines: string): Promise<string> {
  const { hostname, port } = new URL(emulator.proxyUrl);
  const socket = connect(Number(port), hostname);
  socket.write(lines);
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
  }
  return text;
}

function lastEntry(): LogEntry | undefined {
  return emulator.log.at(-1);
}

describe("a plain site", () => {
  test("gives the octets that were published, as a certificate unless told otherwise", async () => {
    emulator.publish(`${SITE}/issuing.crt`, OCTETS);
    const answer = await get(`${SITE}/issuing.crt`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/pkix-cert"]);
    expect(answer.headers.get("content-length")).toBe("512");
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(OCTETS);
    const entry = { host: "ca.example", method: "GET", path: "/issuing.crt", status: 200 };
    expect(lastEntry()).toMatchObject(entry);
    emulator.publish(`${SITE}/page?a=b`, "Größe", "text/plain; charset=utf-8");
    const page = await get(`${SITE}/page?a=b`);
    expect([page.headers.get("content-type"), await page.text()]).toEqual([
      "text/plain; charset=utf-8",
      "Größe",
    ]);
  });

  test("answers 404 for all else, and no method but GET and HEAD", async () => {
    const unpublish = emulator.publish(`${SITE}/leaving.crt`, OCTETS);
    for (const path of ["/missing.crt", "/leaving.crt?x", "/"]) {
      expect((await get(`${SITE}${path}`)).status).toBe(404);
      expect(lastEntry()).toMatchObject({ host: "ca.example", path, status: 404 });
    }
    expect((await get(`${SITE}/leaving.crt`, { method: "POST", body: "x" })).status).toBe(405);
    const head = await get(`${SITE}/leaving.crt`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    unpublish();
    expect((await get(`${SITE}/leaving.crt`)).status).toBe(404);
  });

  test("is found by the URL, not by the Host header, and only by plain http at port 80", async () => {
    emulator.publish("http://only.example/a", "a");
    const target = (url: string, host: string) =>
      speak(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await target("http://only.example/a", "else.example")).toEndWith("\r\n\r\na");
    expect(await target("http://ONLY.example:80/a", "only.example:80")).toEndWith("\r\n\r\na");
    expect(lastEntry()).toMatchObject({ host: "only.example", path: "/a" });
    expect(await target("http://else.example/a", "only.example")).toStartWith("HTTP/1.1 403 ");
    expect(await target("http://only.example:8080/a", "only.example:8080")).toStartWith("HTTP/1.1 403 ");
    expect(await target("https://only.example/a", "only.example")).toStartWith("HTTP/1.1 403 ");
    await expect(send(emulator, "https://only.example/a")).rejects.toThrow("403");
  });

  test("meets faults", async () => {
    emulator.publish("http://faulty.example/a", OCTETS);
    emulator.addFault({ kind: "answer", host: "faulty.example", status: 503, times: 1 });
    expect((await get("http://faulty.example/a")).status).toBe(503);
    emulator.addFault({ kind: "truncate", host: "faulty.example", times: 1 });
    const cut = get("http://faulty.example/a").then(async (answer) => await answer.arrayBuffer());
    await expect(cut).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ status: 200, fault: "truncate" });
    expect((await get("http://faulty.example/a")).status).toBe(200);
  });

  test("sees nothing of the credentials for the proxy", async () => {
    const proxyCredentials = { user: "user", password: "secret" };
    const other = await startEmulator({ proxyCredentials });
    let seen = "";
    other.publish(`${SITE}/headers`, ({ headers }) => {
      seen = JSON.stringify(headers);
      return { body: "seen" };
    });
    const proxy = other.environment["HTTPS_PROXY"] ?? "";
    expect(await (await fetch(`${SITE}/headers`, { proxy })).text()).toBe("seen");
    expect(seen).toContain("ca.example");
    expect(seen).not.toContain("proxy-authorization");
    expect((await fetch(`${SITE}/headers`, { proxy: other.proxyUrl })).status).toBe(407);
    await other.close();
  });
});

describe("what is published may be", () => {
  test("an answer in full, such as a redirect or a failure", async () => {
    emulator.publish(`${SITE}/moved`, { status: 301, headers: { Location: `${SITE}/there` } });
    emulator.publish(`${SITE}/there`, OCTETS);
    const moved = await get(`${SITE}/moved`);
    expect([moved.status, moved.headers.get("location")]).toEqual([301, `${SITE}/there`]);
    const followed = await get(`${SITE}/moved`, { redirect: "follow" });
    expect((await followed.arrayBuffer()).byteLength).toBe(512);
    emulator.publish(`${SITE}/gone`, { status: 410, headers: { "content-type": "a/b" }, body: "gone" });
    const gone = await get(`${SITE}/gone`);
    expect([gone.status, gone.headers.get("content-type"), await gone.text()]).toEqual([410, "a/b", "gone"]);
  });

  test("a function of the request, and what came last counts", async () => {
    emulator.publish(`${SITE}/echo`, "first");
    const takeSecond = emulator.publish(`${SITE}/echo`, ({ method, url, body }) => ({
      headers: { "X-Asked": `${method} ${url}` },
      body,
    }));
    emulator.publish(`${SITE}/echo`, ({ method, url, body }) => ({
      headers: { "X-Asked": `${method} ${url}!` },
      body,
    }));
    takeSecond(); // It has been replaced already.
    const answer = await get(`${SITE}/echo`, { method: "POST", body: OCTETS });
    expect(answer.headers.get("x-asked")).toBe(`POST ${SITE}/echo!`);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(OCTETS);
  });

  test("a body that never ends: it stops with the client, and holds up nobody", async () => {
    const { body, state } = endless();
    emulator.publish(`${SITE}/endless`, body);
    const answer = await get(`${SITE}/endless`);
    expect((await get(`${SITE}/missing`)).status).toBe(404);
    const reader = answer.body?.getReader();
    for (let octets = 0; octets < 1_000_000; ) {
      octets += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY;
    }
    await reader?.cancel();
    for (let waited = 0; !state.isOver && waited < 2000; waited += 20) {
      await Bun.sleep(20);
    }
    expect(state.isOver).toBe(true);
  });

  test("a body that never ends: it comes no faster than it is read", async () => {
    const { body, state } = endless();
    emulator.publish(`${SITE}/endless`, body);
    const { hostname, port } = new URL(emulator.proxyUrl);
    const socket = connect(Number(port), hostname).pause();
    socket.write(`GET ${SITE}/endless HTTP/1.1\r\nHost: ca.example\r\n\r\n`);
    await Bun.sleep(300);
    const { sent } = state;
    await Bun.sleep(100);
    expect(state.sent).toBe(sent);
    expect(sent).toBeGreaterThan(0);
    socket.destroy();
  });

  test("a body that stalls: what came before it arrives", async () => {
    emulator.publish(`${SITE}/stalling`, () => ({ body: stalling("so far") }));
    const answer = await get(`${SITE}/stalling`);
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("so far");
    const more = reader?.read().then(() => "more");
    expect(await Promise.race([more, Bun.sleep(200).then(() => "waiting")])).toBe("waiting");
    await reader?.cancel();
    emulator.publish(`${SITE}/silent`, () => ({ body: stalling() }));
    const { status, body } = await get(`${SITE}/silent`);
    expect(status).toBe(200); // The headers are there, though nothing comes after them.
    await body?.cancel();
  });
});

function endless(): { body: AsyncIterable<Uint8Array>; state: { sent: number; isOver: boolean } } {
  const state = { sent: 0, isOver: false };
  const body = {
    [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array> => ({
      next() {
        const value = new Uint8Array(65_536);
        state.sent += value.length;
        return Promise.resolve({ done: false, value });
      },
      return() {
        state.isOver = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return { body, state };
}

async function* stalling(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    yield Buffer.from(text);
  }
  await new Promise(() => {});
}

test("a site by TLS has a certificate of the emulator's authority", async () => {
  emulator.publish("https://secure.example/issuing.crt", OCTETS);
  const answer = await get("https://secure.example/issuing.crt");
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(OCTETS);
  expect(lastEntry()).toMatchObject({ host: "secure.example", path: "/issuing.crt", status: 200 });
  emulator.publish("https://secure.example/more.crt", "more");
  expect(await (await get("https://secure.example/more.crt")).text()).toBe("more");
  expect((await get("https://secure.example/missing")).status).toBe(404);
  expect((await get("http://secure.example/issuing.crt")).status).toBe(403);
  emulator.publish("https://secure.example/silent", () => ({ body: stalling() }));
  const { status, body } = await get("https://secure.example/silent");
  expect(status).toBe(200);
  await body?.cancel();
});

test("sites that were never published are forbidden, and Azure's hosts are not published", async () => {
  expect((await get("http://never.example/")).status).toBe(403);
  emulator.createVault("myvault");
  for (const url of [
    "http://myvault.vault.azure.net/a",
    "https://missing.managedhsm.azure.cn/a",
    "https://login.microsoftonline.com/a",
    "http://169.254.169.254/a",
    "http://localhost/a",
    "http://127.0.0.1/a",
    "http://ca.example:8080/a",
    "ftp://ca.example/a",
    "http://user@ca.example/a",
  ]) {
    expect(() => emulator.publish(url, "a")).toThrow(RangeError);
  }
});
