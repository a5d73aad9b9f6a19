/** What is known of a host without a request to it; what is wrong on the way is told, and not thrown. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("probe-script.ts", import.meta.url));

/** What the script prints. */
interface Probed {
  readonly peer: { readonly host: string; readonly proxy?: string };
  readonly addresses?: readonly string[];
  readonly tls?: { readonly version: string; readonly issuer: string };
  readonly milliseconds: number;
  readonly failure?: string;
  /** Host and port of the proxy that is there, whether it was asked or not. */
  readonly proxy: string;
  /** Connections that are still open at the server, and the octets that it was sent by them. */
  readonly seen: { readonly connections: number; readonly octets: number };
}

let folder: string;
let usual: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
  usual = await folderOf("/O=Example/CN=Example CA");
});

afterAll(() => rm(folder, { recursive: true }));

/** A folder with a certificate of the server, which it has issued to itself by this name. */
async function folderOf(subject: string): Promise<string> {
  const cwd = await mkdtemp(join(folder, "server-"));
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"];
  const names = ["-subj", subject, "-addext", "subjectAltName=DNS:localhost,DNS:vault.invalid"];
  const args = ["req", "-x509", "-days", "2", ...key, ...names, "-out", "cert.pem"];
  expect(Bun.spawnSync(["openssl", ...args], { cwd, stderr: "ignore" }).exitCode).toBe(0);
  return cwd;
}

/** What is known after a probe by this way, by who trusts the server or does not. */
function probe(way: string, { trusts = true, server = usual } = {}): Probed {
  const env = {
    PATH: process.env["PATH"] ?? "",
    ...(trusts && { NODE_EXTRA_CA_CERTS: join(server, "cert.pem") }),
  };
  const { stdout, stderr } = Bun.spawnSync([process.execPath, SCRIPT, way, server], { env, timeout: 15_000 });
  expect(stderr.toString()).toBe("");
  return JSON.parse(stdout.toString()) as Probed;
}

describe("of a host that is reached", () => {
  test("directly its addresses are known, and its TLS", () => {
    const { peer, addresses, tls, milliseconds, failure } = probe("directly");
    expect(peer).toEqual({ host: "localhost" });
    expect(addresses).toContain("127.0.0.1");
    expect(tls).toMatchObject({ version: "TLSv1.3", issuer: "Example CA" });
    expect(milliseconds).toBeGreaterThan(0);
    expect(failure).toBeUndefined();
  });

  test("by a proxy its TLS is known, but no address, since the proxy resolves its name", () => {
    const { peer, addresses, tls, failure, proxy } = probe("by the proxy");
    // Without the proxy's user and password.
    expect(peer).toEqual({ host: "vault.invalid", proxy: `http://${proxy}` });
    expect(addresses).toBeUndefined();
    expect(tls).toMatchObject({ version: "TLSv1.3", issuer: "Example CA" });
    expect(failure).toBeUndefined();
    expect(probe("refused by the proxy").addresses).toBeUndefined();
  });

  test.each(["directly", "by the proxy"])("%s nothing is asked, and the connection is ended", (way) => {
    expect(probe(way).seen).toEqual({ connections: 0, octets: 0 });
  });

  test.each([
    ["/O=Example/OU=unit", "Example"],
    ["/OU=unit", "(no name)"],
  ])("the issuer is named by what there is: of %s by %s", async (subject, issuer) => {
    expect(probe("directly", { server: await folderOf(subject) }).tls?.issuer).toBe(issuer);
  });
});

describe("of a host that is not reached it is told why:", () => {
  test.each<[string, string | RegExp]>([
    ["nobody listens", "localhost refuses connections (ECONNREFUSED)"],
    ["nobody answers", "localhost did not answer in time (ETIMEDOUT)"],
    [
      "refused by the proxy",
      "localhost (by the proxy PROXY) cannot be talked to: the proxy opens no tunnel: it answered HTTP/1.1 407 Proxy Authentication Required",
    ],
    ["a proxy that is not there", /^the proxy http:\/\/127\.0\.0\.1:1 refuses connections \(ECONNREFUSED\)$/],
    [
      "a proxy that does not answer",
      /^localhost \(by the proxy http:\/\/127\.0\.0\.1:\d+\) did not answer in time \(ETIMEDOUT\)$/,
    ],
    [
      "by the proxy to another host",
      "other.invalid (by the proxy PROXY) shows a TLS certificate of another host (ERR_TLS_CERT_ALTNAME_INVALID)",
    ],
  ])("%s", (way, words) => {
    const { failure, tls, proxy } = probe(way);
    expect(tls).toBeUndefined();
    expect(failure).toMatch(typeof words === "string" ? words.replace("PROXY", `http://${proxy}`) : words);
    expect(failure).not.toContain("password");
  });

  test("its certificate is not trusted, though it has an address", () => {
    const { failure, tls, addresses } = probe("directly", { trusts: false });
    expect(failure).toStartWith("localhost shows a TLS certificate of an authority that is not trusted here");
    expect(tls).toBeUndefined();
    expect(addresses).toContain("127.0.0.1");
  });

  test("its name is not in DNS, and so it has no address", () => {
    const { failure, addresses } = probe("not in DNS");
    // The second where there is no DNS at all.
    expect(failure).toMatch(
      /^(?:vault\.invalid has no address in DNS|DNS did not answer for vault\.invalid)/,
    );
    expect(addresses).toBeUndefined();
  });
});
