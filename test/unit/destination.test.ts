import { describe, expect, test } from "bun:test";
import { Agent } from "node:http";
import { isLocalHost, peerOf } from "../../src/network/destination.ts";
import { byProxy, request } from "./fake-network.ts";

describe("a host is this machine's own", () => {
  test.each([
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.0.1",
    "localhost",
    "LOCALHOST",
    "::1",
    "[::1]",
    "fe80::1",
    "[fe80::1]",
    "FE80::1",
    "fe9a::1",
    "feaf::1",
    "febf:ffff::1",
  ])("%s", (host) => {
    expect(isLocalHost(host)).toBe(true);
  });

  test.each([
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://LOCALHOST/",
    "http://[0:0::1]/",
  ])("as URLs write it otherwise: %s", (url) => {
    expect(isLocalHost(new URL(url).hostname)).toBe(true);
  });
});

describe("a host is elsewhere", () => {
  test.each([
    "myvault.vault.azure.net",
    "127.0.0.1.evil.com",
    "127.evil.com",
    "127.",
    "169.254.evil",
    "169.254.169.254.evil.com",
    "localhost.evil.com",
    "localhost.localdomain",
    "evil-localhost",
    "notlocalhost",
    "128.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "192.168.169.254",
    "169.253.0.1",
    "169.255.0.1",
    "12.7.0.1",
    "::",
    "::2",
    "2001:db8::1",
    "fd00::1",
    "fec0::1",
    "fe7f::1",
    "::ffff:8.8.8.8",
    "fe80.evil.com",
    "fe80",
    "",
  ])("%s", (host) => {
    expect(isLocalHost(host)).toBe(false);
  });

  // Leading zeros are left out in IPv6: these are 0fe8::1 and so on, which are not link-local (fe80::/10).
  test.each(["fe8::1", "feb:1::"])("with fewer digits: %s", (host) => {
    expect(isLocalHost(host)).toBe(false);
  });

  test.each(["http://127.0.0.1@evil.com/", "http://localhost:80@evil.com/", "http://evil.com/127.0.0.1"])(
    "whatever else stands in the URL: %s",
    (url) => {
      expect(isLocalHost(new URL(url).hostname)).toBe(false);
    },
  );
});

describe("who a request talks to", () => {
  test.each([
    ["https://myvault.vault.azure.net/keys/n?x=1", "myvault.vault.azure.net"],
    ["https://localhost:8443/keys/n", "localhost:8443"],
    ["https://myvault.vault.azure.net:443/", "myvault.vault.azure.net"],
    ["https://user:password@myvault.vault.azure.net/", "myvault.vault.azure.net"],
  ])("is the host of %s, with a port where it is not the scheme's", (url, host) => {
    expect(peerOf(request(url))).toEqual({ host, proxy: undefined });
  });

  test.each([
    ["http://proxy:3128", "http://proxy:3128"],
    ["http://user:p%40ssword@proxy:3128/", "http://proxy:3128"],
    ["https://proxy", "https://proxy"],
  ])("is the proxy %s too, without user and password", (url, proxy) => {
    const sent = byProxy(request("https://vault.example/"), url);
    expect(peerOf(sent)).toEqual({ host: "vault.example", proxy });
  });

  test("is no proxy where the agent is none of a proxy", () => {
    for (const agent of [new Agent(), Object.assign(new Agent(), { proxy: "http://user:password@proxy" })]) {
      const sent = request("https://vault.example/");
      sent.agent = agent;
      expect(peerOf(sent).proxy).toBeUndefined();
    }
  });
});
