/** What a server may answer to a client that has no token, and to one that has. */
import fc from "fast-check";
import { byteChanges } from "./byte-mutation.ts";
import type { FakeAnswer } from "./fake-vault.ts";

export const RIGHT_CHALLENGE =
  'Bearer authorization="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555", resource="https://vault.azure.net"';

const NAMES = [
  "authorization",
  "authorization_uri",
  "authorization_url",
  "resource",
  "scope",
  "tenantId",
  "claims",
  "error",
];

/** Resources, authorities and claims: right ones, others', and some that look like right ones. */
const VALUES = [
  ...[
    "https://vault.azure.net",
    "https://vault.azure.net/",
    "https://vault.azure.net/.default",
    "https://VAULT.AZURE.NET",
  ],
  ...[
    "https://azure.net",
    "https://net",
    "https://",
    "vault.azure.net",
    "//vault.azure.net",
    "http://vault.azure.net",
  ],
  ...[
    "https://myvault.vault.azure.net",
    "https://vault.azure.cn",
    "https://graph.microsoft.com",
    "https://management.azure.com",
  ],
  ...[
    "https://vault.azure.net.evil.example",
    "https://evil.example/vault.azure.net",
    "https://evil.example?.vault.azure.net",
  ],
  ...[
    "https://evil.example#.vault.azure.net",
    "https://evil.example\\@vault.azure.net",
    "https://graph.microsoft.com@vault.azure.net",
  ],
  ...[
    "https://vault.azure.net@graph.microsoft.com",
    "https://xvault.azure.net",
    "https://vault.azure.net:444",
    "https://[::1]",
  ],
  ...[
    "https://vault.azure.net\thttps://graph.microsoft.com",
    "https://vault.azure.net/%20https://graph.microsoft.com",
    "javascript:0",
  ],
  ...[
    "https://login.microsoftonline.com/common",
    "https://login.microsoftonline.com/a/b/c",
    "https://login.microsoftonline.com",
    "",
  ],
  ...[
    "https://login.evil.example/11111111-2222-3333-4444-555555555555",
    "insufficient_claims",
    "invalid_token",
    "eyJhIjoxfQ==",
  ],
  ...["11111111-2222-3333-4444-555555555555", "%%%", "../../x", "\ud800", "ü", '\\"', "=", "null"],
];

const STATUSES = [
  200, 201, 204, 206, 400, 401, 403, 404, 405, 407, 409, 410, 412, 418, 429, 500, 502, 503, 504, 599, 999,
];

const QUOTES: readonly ((value: string) => string)[] = [
  (value) => `"${value}"`,
  (value) => `"${value}"`,
  (value) => value,
  (value) => `'${value}'`,
  (value) => `"${value}`,
];

const parameter = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES), fc.constantFrom(...QUOTES))
  .map(([name, value, quote]) => `${name}=${quote(value)}`);
const header = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("Bearer", "Bearer", "bearer", "PoP", "Basic", "", "Bearer,"),
      fc.array(parameter, { maxLength: 5 }),
      fc.constantFrom(", ", ", ", " ", ",", "\t", ";", ",  "),
    )
    .map(([scheme, parameters, separator]) => `${scheme} ${parameters.join(separator)}`),
  byteChanges.map((damage) => damage(Buffer.from(RIGHT_CHALLENGE)).toString("latin1")),
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.constant(RIGHT_CHALLENGE),
);

/**
 * Answers, most of them a 401 with a challenge.
 * @param right the body that the service would answer with
 * @param secrets texts that an answer may hold beside the service's own words, and that no message may repeat
 */
export function challengeAnswer(right: object, secrets: readonly string[]): fc.Arbitrary<FakeAnswer> {
  const text = JSON.stringify(right);
  const secret = fc.constantFrom(...secrets);
  const body = fc.oneof(
    fc.constantFrom(
      "",
      text,
      "null",
      "[]",
      "{}",
      "<html>sign in</html>",
      '{"error":null}',
      '{"error":{}}',
      '{"error":{"code":5}}',
    ),
    fc.json(),
    fc.string({ unit: "binary" }),
    secret.map((value) => `${text.slice(0, -2)},"value":"${value}`),
    secret.map((value) => `<pre>${value}</pre>`),
    secret.map((value) => JSON.stringify({ value, error: { code: "Forbidden", details: value } })),
    fc
      .tuple(
        fc.constantFrom("Forbidden", "Unauthorized", "constructor", "__proto__", "401"),
        fc.string({ unit: "binary" }),
      )
      .map(([code, message]) => JSON.stringify({ error: { code, message, innererror: { code: message } } })),
    byteChanges.map((damage) => damage(Buffer.from(text)).toString("latin1")),
  );
  const challenge = fc.record({
    status: fc.constant(401),
    headers: header.map((value) => ({ "WWW-Authenticate": value })),
    body,
  });
  const other = fc.record({
    status: fc.constantFrom(...STATUSES),
    headers: fc.option(header, { nil: "" }).map((value) => ({ ...(value && { "WWW-Authenticate": value }) })),
    body,
  });
  const answered = fc.constant({ status: 200, body: text });
  return fc.oneof(
    { arbitrary: challenge, weight: 6 },
    { arbitrary: other, weight: 2 },
    { arbitrary: answered, weight: 1 },
  );
}
