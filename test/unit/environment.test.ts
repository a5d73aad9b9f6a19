import { describe, expect, test } from "bun:test";
import { checkAuthorityHost } from "../../src/environment/authority-host.ts";
import { checkProxy } from "../../src/environment/proxy.ts";
import { expectError } from "./expect-error.ts";

describe("the proxy in the environment", () => {
  test.each(["http://proxy:8080", "https://user:p%2Fw@proxy:8080", "http://[::1]:3128", ""])(
    "%p is taken",
    (value) => {
      expect(() => checkProxy({ HTTPS_PROXY: value })).not.toThrow();
    },
  );

  test.each([
    ["HTTPS_PROXY", "http://user:pa/ss@proxy:8080"],
    ["https_proxy", "proxy.corp:8080"],
    ["HTTPS_PROXY", "http://[bad"],
    ["ALL_PROXY", "http://user:100%@proxy:8080"],
  ])("%s=%s is refused by the variable's name, without its value", async (name, value) => {
    await expectError(
      () => checkProxy({ [name]: value }),
      "VALIDATION_ERROR",
      `the environment variable ${name} is not the URL of an HTTP proxy`,
      /^(?!.*(?:pa\/ss|100%@))/s,
    );
  });

  test("of a variable that is not used may be anything", () => {
    const proxy = "http://proxy:8080";
    expect(() =>
      checkProxy({ HTTPS_PROXY: proxy, ALL_PROXY: "socks5://proxy:1080", HTTP_PROXY: "proxy" }),
    ).not.toThrow();
    expect(() => checkProxy({ https_proxy: "", ALL_PROXY: proxy, http_proxy: "proxy" })).not.toThrow();
    expect(() => checkProxy({ HTTPS_PROXY: "", ALL_PROXY: "socks5://proxy:1080" })).toThrow("ALL_PROXY");
  });
});

describe("the Entra ID in the environment", () => {
  test.each([undefined, "", "https://login.microsoftonline.us", "https://login.chinacloudapi.cn/"])(
    "%p is taken",
    (value) => {
      expect(() => checkAuthorityHost({ AZURE_AUTHORITY_HOST: value })).not.toThrow();
    },
  );

  test.each(["http://login.microsoftonline.com", "login.microsoftonline.com", "ftp://x", "https://", " "])(
    "%j is refused by the variable's name",
    (value) =>
      expectError(
        () => checkAuthorityHost({ AZURE_AUTHORITY_HOST: value }),
        "VALIDATION_ERROR",
        `the environment variable AZURE_AUTHORITY_HOST is ${JSON.stringify(value)}, which is not an https URL`,
      ),
  );
});
