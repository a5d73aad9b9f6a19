/** Answers that are not the service's own because a test says so. */
import { describe, expect, test } from "bun:test";
import { runSdk, transmit } from "./client.ts";
import { HOST, useFaultyVault } from "./faulty-vault.ts";
import { VERSION } from "./signing-vault.ts";

const vault = useFaultyVault();
const { site, add, get, lastEntry } = vault;

async function read() {
  const { emulator, vault, headers } = site();
  return await transmit(emulator, `${vault.url}/certificates/signer?${VERSION}`, { headers });
}

describe("an answer", () => {
  test("comes in place of the service's, which never sees the request", async () => {
    add({
      kind: "answer",
      status: 503,
      headers: { "Retry-After": "7", "cache-control": "none" },
      body: { error: { code: "ServiceUnavailable" } },
    });
    const { status, headers, json } = await get("/certificates/signer", { Authorization: "Bearer nonsense" });
    expect([status, json]).toEqual([503, { error: { code: "ServiceUnavailable" } }]);
    expect(headers).toMatchObject({
      "retry-after": "7",
      "cache-control": "none",
      "content-type": "application/json",
    });
    expect(lastEntry()).toMatchObject({ status: 503, fault: "answer" });
    expect(lastEntry()).not.toHaveProperty("errorCode");
  });

  test("may be any text, of any type, or none", async () => {
    const page = "<html>Größe</html>";
    add({ kind: "answer", status: 200, body: page, contentType: "text/html", times: 1 });
    const answer = await vault.fetch();
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual(["text/html", page]);
    add({ kind: "answer", status: 500, times: 1 });
    const { text } = await read();
    expect(text).toMatch(/^HTTP\/1\.1 500 .*\r\ncontent-length: 0\r\n.*\r\n\r\n$/is);
    expect(text).not.toMatch(/content-type/i);
    add({ kind: "answer", status: 200, body: "x", headers: { "content-TYPE": "a/b" }, times: 1 });
    expect((await vault.fetch()).headers.get("content-type")).toBe("a/b");
  });

  test("is what the SDK tries again after", async () => {
    const busy = { kind: "answer", status: 503, headers: { "Retry-After": "0" }, withToken: true } as const;
    add({ ...busy, host: HOST, times: 2 });
    const { length } = site().emulator.log;
    const said = await runSdk(
      site().emulator,
      site().principal,
      `import { EnvironmentCredential } from "@azure/identity";
       import { SecretClient } from "@azure/keyvault-secrets";
       const client = new SecretClient("${site().vault.url}", new EnvironmentCredential());
       console.log((await client.getSecret("signer")).name);`,
    );
    expect(said).toBe("signer");
    const calls = site()
      .emulator.log.slice(length)
      .filter(({ host }) => host === HOST);
    expect(calls.map(({ status }) => status)).toEqual([401, 503, 503, 200]);
  });
});

describe("a rewritten answer", () => {
  test("is the service's own, changed; its state stays", async () => {
    const rewrite = (body: unknown) => {
      const bundle = body as { policy: { x509_props: { ekus: string[] } } };
      bundle.policy.x509_props.ekus.push("1.2.3.4");
      return Object.assign(bundle, { cer: "AAAA", kid: undefined });
    };
    const undo = add({ kind: "rewrite", rewrite, path: /^\/certificates\// });
    const { json, headers } = await get();
    expect(json).toMatchObject({ cer: "AAAA", sid: expect.stringContaining("/secrets/signer/") });
    expect(JSON.stringify(json)).toContain('"1.2.3.4"');
    expect(json).not.toHaveProperty("kid");
    expect(headers["x-ms-keyvault-region"]).toBe("westeurope");
    expect(lastEntry()).toMatchObject({ status: 200, fault: "rewrite", permission: "certificates/get" });
    undo();
    const after = JSON.stringify((await get()).json);
    expect(after).not.toContain('"AAAA"');
    expect(after).not.toContain('"1.2.3.4"');
  });

  test("is a right answer: refusals stay, and use nothing up", async () => {
    add({ kind: "rewrite", rewrite: () => ({ rewritten: true }), times: 1 });
    expect((await get("/certificates/missing")).status).toBe(404);
    expect(lastEntry()).not.toHaveProperty("fault");
    expect((await get("/certificates/signer", {})).status).toBe(401);
    expect((await get()).json).toEqual({ rewritten: true });
    expect((await get()).json).not.toEqual({ rewritten: true });
  });
});
