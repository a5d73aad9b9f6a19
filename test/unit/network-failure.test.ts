import { describe, expect, test } from "bun:test";
import type { ErrorCode } from "../../src/error/plugin-error.ts";
import { describePeer, NetworkFailure, type Peer } from "../../src/network/network-failure.ts";
import type { RetryKind } from "../../src/network/retry.ts";

const HOST = "myvault.vault.azure.net";
const PROXY = "http://proxy:3128";
/** What the one who found the failure adds: the runtime's own words, or where a redirect leads to. */
const DETAIL = "login.example";
const DIRECT: Peer = { host: HOST, proxy: undefined };
const PROXIED: Peer = { host: HOST, proxy: PROXY };

const BEYOND = `${HOST} (by the proxy ${PROXY})`;
const THE_PROXY = `the proxy ${PROXY}`;

const WAY = [
  `check that ${HOST} can be reached from here; if a proxy leads out of this network, set HTTPS_PROXY to it`,
  `check HTTPS_PROXY, that the proxy lets ${HOST} through, and NO_PROXY if ${HOST} is reached without it`,
] as const;
const NAME = [
  `check the name ${HOST}, and this machine's DNS`,
  "check the name of the proxy in HTTPS_PROXY, and this machine's DNS",
] as const;
const PRETENDER = [
  `find out whether a gateway or sign-in page answers in place of ${HOST}, and let ${HOST} through`,
  `find out whether the proxy ${PROXY}, or a gateway or sign-in page behind it, answers in place of ${HOST}, and let ${HOST} through`,
] as const;
const same = (fix: string) => [fix, fix] as const;
const TRUST = same(
  "if a proxy of your organization inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its CA certificate, or " +
    "add that to the system's certificate store",
);

interface Row {
  /** What is said of whom. */
  readonly problem: string;
  /** Who is named where a proxy is on the way. */
  readonly who: typeof BEYOND | typeof THE_PROXY;
  /** Without a proxy, and with one. */
  readonly fixes: readonly [string, string];
  readonly errorCode?: ErrorCode;
  readonly retry?: RetryKind;
}

const LOST: Row = {
  problem: "ended the connection without a whole answer",
  who: BEYOND,
  fixes: WAY,
  retry: "connection-lost",
};
const UNTRUSTED: Row = {
  problem: "shows a TLS certificate of an authority that is not trusted here",
  who: BEYOND,
  fixes: TRUST,
};

const TABLE: readonly [string, Row][] = [
  ["ENOTFOUND", { problem: "has no address in DNS", who: THE_PROXY, fixes: NAME }],
  ["ECONNREFUSED", { problem: "refuses connections", who: THE_PROXY, fixes: WAY, retry: "unreachable" }],
  [
    "ETIMEDOUT",
    { problem: "did not answer in time", who: BEYOND, fixes: WAY, errorCode: "TIMEOUT", retry: "stalled" },
  ],
  ["ECONNRESET", LOST],
  ["EPIPE", LOST],
  ["PARSE_ERROR", LOST],
  ["ERR_STREAM_PREMATURE_CLOSE", LOST],
  ["ConnectionClosed", LOST],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", UNTRUSTED],
  ["UNABLE_TO_GET_ISSUER_CERT", UNTRUSTED],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", UNTRUSTED],
  ["SELF_SIGNED_CERT_IN_CHAIN", UNTRUSTED],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", UNTRUSTED],
  ["CERT_UNTRUSTED", UNTRUSTED],
  [
    "CERT_HAS_EXPIRED",
    {
      problem: "shows a TLS certificate that has expired",
      who: BEYOND,
      fixes: same(
        "check this machine's clock, and whether a proxy on the way inspects TLS with an expired CA",
      ),
    },
  ],
  [
    "CERT_NOT_YET_VALID",
    {
      problem: "shows a TLS certificate that is not valid yet",
      who: BEYOND,
      fixes: same("check this machine's clock"),
    },
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    { problem: "shows a TLS certificate of another host", who: BEYOND, fixes: PRETENDER },
  ],
  [
    "INSECURE",
    {
      problem: "was to be asked without TLS, and only https is safe",
      who: BEYOND,
      fixes: same("check the variables of the environment that name servers, such as AZURE_AUTHORITY_HOST"),
    },
  ],
  [
    "REDIRECT",
    {
      problem: `answered with a redirect to ${DETAIL}, which is not followed with a token or a secret`,
      who: BEYOND,
      fixes: PRETENDER,
    },
  ],
];

describe.each(TABLE)("a network failure %s", (code, { problem, who, fixes, errorCode = "ERROR", retry }) => {
  test("says what the host did, and how to mend it", () => {
    const failure = new NetworkFailure(code, DIRECT, DETAIL);
    expect(failure.message).toBe(`${HOST} ${problem} (${code})`);
    expect(failure).toMatchObject({ code, errorCode, fix: fixes[0], peer: DIRECT });
    expect(failure.retry).toBe(retry);
  });

  test("says whether it is the proxy's or happens beyond it", () => {
    const failure = new NetworkFailure(code, PROXIED, DETAIL);
    expect(failure.message).toBe(`${who} ${problem} (${code})`);
    expect(failure).toMatchObject({ code, errorCode, fix: fixes[1], peer: PROXIED });
    expect(failure.retry).toBe(retry);
  });
});

describe("a network failure whose sentence has its subject elsewhere", () => {
  test.each([
    ["EAI_AGAIN", DIRECT, `DNS did not answer for ${HOST} (EAI_AGAIN)`, NAME[0], "connection-lost"],
    ["EAI_AGAIN", PROXIED, `DNS did not answer for ${THE_PROXY} (EAI_AGAIN)`, NAME[1], "connection-lost"],
    [
      "EHOSTUNREACH",
      DIRECT,
      `there is no way in the network to ${HOST} (EHOSTUNREACH)`,
      WAY[0],
      "unreachable",
    ],
    [
      "EHOSTUNREACH",
      PROXIED,
      `there is no way in the network to ${THE_PROXY} (EHOSTUNREACH)`,
      WAY[1],
      "unreachable",
    ],
    ["ENETUNREACH", DIRECT, `there is no way in the network to ${HOST} (ENETUNREACH)`, WAY[0], "unreachable"],
  ] as const)("%s", (code, peer, message, fix, retry) => {
    expect(new NetworkFailure(code, peer, "x")).toMatchObject({ message, fix, retry, errorCode: "ERROR" });
  });
});

describe("a network failure of a code that is not known", () => {
  test("is told by the runtime's words, and is not tried again", () => {
    const failure = new NetworkFailure("ERR_SSL_WRONG_VERSION_NUMBER", DIRECT, "wrong version number");
    expect(failure.message).toBe(`${HOST} cannot be talked to: wrong version number`);
    expect(failure).toMatchObject({ errorCode: "ERROR", fix: WAY[0], name: "NetworkFailure" });
    expect(failure.retry).toBeUndefined();
  });

  test("names host and proxy, since it may be either's", () => {
    const failure = new NetworkFailure("ERR_SSL_WRONG_VERSION_NUMBER", PROXIED, "wrong version number");
    expect(failure.message).toBe(`${BEYOND} cannot be talked to: wrong version number`);
    expect(failure.fix).toBe(WAY[1]);
  });
});

test("a peer is its host, and the proxy on the way", () => {
  expect(describePeer({ host: "localhost:8443", proxy: undefined })).toBe("localhost:8443");
  expect(describePeer(PROXIED)).toBe(BEYOND);
});
