/** A proxy that asks who is there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { openTunnel, runSdk } from "./client.ts";
import { type Emulator, type Principal, startEmulator } from "./index.ts";

const CREDENTIALS = { user: "sig/ner", password: "p:@ß/word" };
const IMDS = "http://169.254.169.254/metadata/identity/oauth2/token";

let emulator: Emulator;
let principal: Principal;

beforeAll(async () => {
  emulator = await startEmulator({ proxyCredentials: CREDENTIALS });
  principal = await emulator.createServicePrincipal("client-secret");
});
afterAll(async () => await emulator.close());

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** The head of the answer to a CONNECT request. */
async function ask(lines = ""): Promise<string> {
  const { hostname, port } = new URL(emulator.proxyUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT login.microsoftonline.com:443 HTTP/1.1\r\nHost: x\r\n${lines}\r\n`);
  return await new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.once("data", (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString());
    });
  });
}

const program = `import { EnvironmentCredential } from "@azure/identity";
  try {
    const { token } = await new EnvironmentCredential().getToken("https://vault.azure.net/.default");
    console.log(token.split(".").length);
  } catch (error) {
    console.log(error.message);
  }`;

describe("without credentials", () => {
  test("a tunnel is answered 407 with the challenge of RFC 7617, and logged", async () => {
    const answer = await ask();
    expect(answer).toStartWith("HTTP/1.1 407 Proxy Authentication Required\r\n");
    expect(answer).toMatch(/\r\nProxy-Authenticate: Basic realm="[^"]+"\r\n/);
    expect(emulator.log.at(-1)).toMatchObject({
      host: "login.microsoftonline.com",
      method: "CONNECT",
      status: 407,
    });
    await expect(openTunnel(emulator, "missing.vault.azure.net")).rejects.toThrow("407");
  });

  test("so is a plain request", async () => {
    const { status, headers } = await fetch(IMDS, { proxy: emulator.proxyUrl });
    expect([status, headers.get("proxy-authenticate")]).toEqual([
      407,
      expect.stringMatching(/^Basic realm="/),
    ]);
    expect(emulator.log.at(-1)).toMatchObject({ host: "169.254.169.254", method: "GET", status: 407 });
  });

  test("the SDK gets no token", async () => {
    const bare = { HTTPS_PROXY: emulator.proxyUrl, https_proxy: emulator.proxyUrl };
    expect(await runSdk(emulator, principal, program, bare)).not.toBe("3");
  });
});

test.each([
  ["other credentials", basic(CREDENTIALS.user, "wrong")],
  ["half of them", basic(CREDENTIALS.user, "")],
  ["another scheme", basic(CREDENTIALS.user, CREDENTIALS.password).replace("Basic", "Bearer")],
])("%s are not enough", async (_, authorization) => {
  expect(await ask(`Proxy-Authorization: ${authorization}\r\n`)).toStartWith("HTTP/1.1 407 ");
});

describe("with credentials", () => {
  test("a tunnel opens", async () => {
    const authorization = basic(CREDENTIALS.user, CREDENTIALS.password);
    expect(await ask(`Proxy-Authorization: ${authorization}\r\n`)).toStartWith("HTTP/1.1 200 ");
    expect(await ask(`proxy-authorization: ${authorization.replace("Basic", "basic")}\r\n`)).toStartWith(
      "HTTP/1.1 200 ",
    );
  });

  test("those of the environment are right, for the SDK and for plain requests", async () => {
    expect(await runSdk(emulator, principal, program)).toBe("3");
    const { status } = await fetch(IMDS, { proxy: emulator.environment["HTTPS_PROXY"] ?? "" });
    expect(status).toBe(400); // IMDS itself, which misses its header.
    expect(emulator.proxyUrl).not.toContain("@");
  });
});

test("the log holds no password", () => {
  const text = JSON.stringify(emulator.log);
  expect(text).not.toContain(CREDENTIALS.password);
  expect(text).not.toContain(encodeURIComponent(CREDENTIALS.password));
});
