import { describe, expect, test } from "bun:test";
import { PluginError } from "../../src/error/plugin-error.ts";
import { redact, withoutSecrets } from "../../src/error/redact.ts";
import { createSelfSigned, privateKeyToPem } from "../pki/index.ts";

const TOKEN =
  "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL3ZhdWx0LmF6dXJlLm5ldCJ9.c2lnbmF0dXJlLW9mLXRoaXM";
const PRIVATE_KEY = privateKeyToPem((await createSelfSigned({ subject: "CN=x" })).privateKey);
const KEY_LINE = PRIVATE_KEY.split("\n")[1] ?? "";

describe("a JSON Web Token is redacted", () => {
  test.each([
    ["whole", `the token ${TOKEN} is expired`, "the token [token] is expired"],
    [
      "cut within its payload",
      `the token ${TOKEN.slice(0, 60)}… is expired`,
      "the token [token]… is expired",
    ],
    ["cut within its header", `${TOKEN.slice(0, 20)}… (1200 characters)`, "[token]… (1200 characters)"],
    ["in a JSON text", `{"x":"${TOKEN}"}`, '{"x":"[token]"}'],
    ["in a query", `https://host/?t=${TOKEN}&a=b`, "https://host/?t=[token]&a=b"],
    ["twice", `${TOKEN} ${TOKEN}`, "[token] [token]"],
  ])("%s", (_form, text, expected) => {
    expect(redact(text, {})).toBe(expected);
  });
});

describe("a private key is redacted", () => {
  test.each<[string, string, string]>([
    ["whole", `before\n${PRIVATE_KEY}after`, "before\n[private key]\nafter"],
    ["cut", `before ${PRIVATE_KEY.slice(0, 100)}`, "before [private key]"],
    ["in JSON", JSON.stringify({ value: PRIVATE_KEY }), '{"value":"[private key]\\n"}'],
    ["encrypted", PRIVATE_KEY.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), "[private key]\n"],
    ["of RSA's own form", PRIVATE_KEY.replaceAll("PRIVATE", "RSA PRIVATE"), "[private key]\n"],
    ["whose first line is left", "-----BEGIN PRIVATE KEY-----", "[private key]"],
    ["twice", `${PRIVATE_KEY}${PRIVATE_KEY}`, "[private key]\n[private key]\n"],
  ])("%s", (_form, text, expected) => {
    expect(redact(text, {})).toBe(expected);
    expect(redact(text, {})).not.toContain(KEY_LINE);
  });

  test("beside a certificate, which stays", () => {
    const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    expect(redact(`${certificate}${PRIVATE_KEY}${certificate}`, {})).toBe(
      `${certificate}[private key]\n${certificate}`,
    );
  });
});

describe("credentials are redacted", () => {
  test.each([
    ["Authorization: Bearer 0.AXoA-opaque_token~x", "Authorization: Bearer [redacted]"],
    ['{"authorization":"Bearer 0.AXoA-opaque_token~x1"}', '{"authorization":"Bearer [redacted]"}'],
    ['{"authorization":"Basic dXNlcjpwYXNzd29yZDE="}', '{"authorization":"Basic [redacted]"}'],
    ["Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: Basic [redacted]"],
    [`authorization: bearer ${TOKEN}`, "authorization: bearer [token]"],
    ["Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==", "Proxy-Authorization: Basic [redacted]"],
    ['{"access_token":"opaque","expires_in":3599}', '{"access_token":"[redacted]","expires_in":3599}'],
    ['{"refresh_token" : "opaque"}', '{"refresh_token" : "[redacted]"}'],
    ['{"accessToken":"opaque"}', '{"accessToken":"[redacted]"}'],
    ['{"clientSecret":"opaque"}', '{"clientSecret":"[redacted]"}'],
    ['{"password":"a\\"quote"}', '{"password":"[redacted]"}'],
    [
      "grant_type=client_credentials&client_secret=ab%2Fc&scope=x",
      "grant_type=client_credentials&client_secret=[redacted]&scope=x",
    ],
    ["client_assertion=opaque&x=y", "client_assertion=[redacted]&x=y"],
    ["assertion=opaque", "assertion=[redacted]"],
  ])("%s", (text, expected) => {
    expect(redact(text, {})).toBe(expected);
  });

  test.each([
    ["http://user:password@proxy:3128", "http://[redacted]@proxy:3128"],
    ["http://:password@proxy:3128", "http://[redacted]@proxy:3128"],
    ["https://user:p%40ss@proxy/path?x=1 and more", "https://[redacted]@proxy/path?x=1 and more"],
    ["cannot use socks5h://user:pass:word@proxy", "cannot use socks5h://[redacted]@proxy"],
    ["http://a:b@c and http://d:e@f", "http://[redacted]@c and http://[redacted]@f"],
    ["http://user:pass@word@proxy:3128", "http://[redacted]@proxy:3128"],
  ])("user and password in a URL: %s", (text, expected) => {
    expect(redact(text, {})).toBe(expected);
  });
});

describe("the value of a variable that is a secret is redacted", () => {
  const SECRET = "a~b.c/d+e=f g";
  test.each([
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "SYSTEM_ACCESSTOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  ])("%s, as it is and percent-encoded", (name) => {
    const text = `was ${SECRET}, is ${encodeURIComponent(SECRET)}, ${SECRET}`;
    expect(redact(text, { [name]: SECRET })).toBe("was [redacted], is [redacted], [redacted]");
  });

  test("where it holds what a pattern would take for its own", () => {
    expect(redact("is $&.*[a-z](x)!", { AZURE_CLIENT_SECRET: "$&.*[a-z](x)" })).toBe("is [redacted]!");
  });

  test("where it is no text that can be percent-encoded", () => {
    expect(redact("is \ud800abcdefgh!", { AZURE_CLIENT_SECRET: "\ud800abcdefgh" })).toBe("is [redacted]!");
  });

  test("but not where it is so short that it stands in words", () => {
    expect(redact("the test is best", { AZURE_CLIENT_SECRET: "est" })).toBe("the test is best");
    expect(redact("the test is best", { AZURE_CLIENT_SECRET: "" })).toBe("the test is best");
  });

  test("and no other variable is", () => {
    const environment = {
      AZURE_TENANT_ID: "11111111-1111",
      AZURE_CLIENT_ID: "22222222-2222",
      PATH: "/usr/bin:/bin",
    };
    expect(redact("11111111-1111 22222222-2222 /usr/bin:/bin", environment)).toBe(
      "11111111-1111 22222222-2222 /usr/bin:/bin",
    );
  });
});

describe("an error without secrets", () => {
  test("keeps its code, and what is no secret", () => {
    const error = new PluginError("THROTTLED", `problem ${TOKEN}`, {
      fix: "set HTTPS_PROXY to http://<user>:<password>@<host>:<port>; not http://user:password@proxy",
      metadata: { status: "429", serviceCode: `x ${TOKEN}` },
    });
    const redacted = withoutSecrets(error, {});
    expect(redacted).toBeInstanceOf(PluginError);
    expect(redacted).toMatchObject({
      code: "THROTTLED",
      problem: "problem [token]",
      fix: "set HTTPS_PROXY to http://<user>:<password>@<host>:<port>; not http://[redacted]@proxy",
      metadata: { status: "429", serviceCode: "x [token]" },
    });
    expect(redacted.message).toBe(`${redacted.problem}\nFix: ${redacted.fix}`);
  });

  test("has no fix and no metadata where there was none", () => {
    const redacted = withoutSecrets(new PluginError("ERROR", "problem"), {});
    expect(redacted).toMatchObject({ problem: "problem", message: "problem", metadata: {} });
    expect(redacted.fix).toBeUndefined();
  });
});

test.each([
  ["colons after a scheme", `x://${":".repeat(60_000)}`],
  ["dots", "a.".repeat(50_000)],
  ["spaces", " ".repeat(100_000)],
  ["the beginnings of keys", "-----BEGIN PRIVATE KEY-----".repeat(5000)],
  ["the beginnings of tokens", "eyJ-".repeat(25_000)],
  ["fields without an end", '"password":"'.repeat(10_000)],
])("a long text of %s, as a server may send it, is redacted soon", (_what, text) => {
  const start = performance.now();
  redact(text, {});
  expect(performance.now() - start).toBeLessThan(300);
});
