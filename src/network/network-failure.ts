import type { ErrorCode } from "../error/plugin-error.ts";
import type { RetryKind } from "./retry.ts";

/** What a network failure is about: the host that was asked, or the proxy on the way to it. */
export interface Peer {
  /** Host name, with its port where it is not the scheme's. */
  readonly host: string;
  /** The proxy on the way, without user and password, for example `http://proxy:3128`. */
  readonly proxy: string | undefined;
}

interface NetworkCause {
  /** What happened, in a sentence whose subject is who was talked to; with a detail, where there is one. */
  readonly problem: (who: string, detail: string) => string;
  readonly fix: (peer: Peer) => string;
  /** Default: ERROR. */
  readonly errorCode?: ErrorCode;
  /** Whether to try again, and how; undefined: it would not help. */
  readonly retry?: RetryKind;
  /** Whether it happens beyond the proxy, if there is one. */
  readonly beyondProxy?: true;
}

const TRUST: NetworkCause = {
  problem: (who) => `${who} shows a TLS certificate of an authority that is not trusted here`,
  fix: () =>
    "if a proxy of your organization inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its CA certificate, or " +
    "add that to the system's certificate store",
  beyondProxy: true,
};

const LOST: NetworkCause = {
  problem: (who) => `${who} ended the connection without a whole answer`,
  fix: checkWay,
  retry: "connection-lost",
  beyondProxy: true,
};

const UNREACHABLE: NetworkCause = {
  problem: (who) => `there is no way in the network to ${who}`,
  fix: checkWay,
  retry: "unreachable",
};

/** By the code of the runtime, of TLS or of our own. */
const CAUSES: ReadonlyMap<string, NetworkCause> = new Map<string, NetworkCause>([
  ["ENOTFOUND", { problem: (who) => `${who} has no address in DNS`, fix: checkName }],
  [
    "EAI_AGAIN",
    { problem: (who) => `DNS did not answer for ${who}`, fix: checkName, retry: "connection-lost" },
  ],
  ["ECONNREFUSED", { problem: (who) => `${who} refuses connections`, fix: checkWay, retry: "unreachable" }],
  ["EHOSTUNREACH", UNREACHABLE],
  ["ENETUNREACH", UNREACHABLE],
  [
    "ETIMEDOUT",
    {
      problem: (who) => `${who} did not answer in time`,
      fix: checkWay,
      errorCode: "TIMEOUT",
      retry: "stalled",
      beyondProxy: true,
    },
  ],
  ["ECONNRESET", LOST],
  ["EPIPE", LOST],
  ["PARSE_ERROR", LOST],
  ["ERR_STREAM_PREMATURE_CLOSE", LOST],
  ["ConnectionClosed", LOST],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", TRUST],
  ["UNABLE_TO_GET_ISSUER_CERT", TRUST],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", TRUST],
  ["SELF_SIGNED_CERT_IN_CHAIN", TRUST],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", TRUST],
  ["CERT_UNTRUSTED", TRUST],
  [
    "CERT_HAS_EXPIRED",
    {
      problem: (who) => `${who} shows a TLS certificate that has expired`,
      fix: () => "check this machine's clock, and whether a proxy on the way inspects TLS with an expired CA",
      beyondProxy: true,
    },
  ],
  [
    "CERT_NOT_YET_VALID",
    {
      problem: (who) => `${who} shows a TLS certificate that is not valid yet`,
      fix: () => "check this machine's clock",
      beyondProxy: true,
    },
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    {
      problem: (who) => `${who} shows a TLS certificate of another host`,
      fix: checkPretender,
      beyondProxy: true,
    },
  ],
  [
    "INSECURE",
    {
      problem: (who) => `${who} was to be asked without TLS, and only https is safe`,
      fix: () => "check the variables of the environment that name servers, such as AZURE_AUTHORITY_HOST",
      beyondProxy: true,
    },
  ],
  [
    "REDIRECT",
    {
      problem: (who, target) =>
        `${who} answered with a redirect to ${target}, which is not followed with a token or a secret`,
      fix: checkPretender,
      beyondProxy: true,
    },
  ],
]);

/** Why no answer came, or none that may be used. */
export class NetworkFailure extends Error {
  /** The runtime's code, such as `ECONNRESET`, or one of our own in its place. */
  readonly code: string;
  readonly peer: Peer;
  readonly errorCode: ErrorCode;
  readonly fix: string;
  readonly retry: RetryKind | undefined;

  constructor(code: string, peer: Peer, detail: string) {
    const cause = CAUSES.get(code);
    const who = nameOf(peer, cause);
    super(
      cause === undefined
        ? `${describePeer(peer)} cannot be talked to: ${detail}`
        : `${cause.problem(who, detail)} (${code})`,
    );
    this.name = "NetworkFailure";
    this.code = code;
    this.peer = peer;
    this.errorCode = cause?.errorCode ?? "ERROR";
    this.fix = (cause?.fix ?? checkWay)(peer);
    this.retry = cause?.retry;
  }
}

/** The host, and the proxy on the way to it if there is one. */
export function describePeer({ host, proxy }: Peer): string {
  return proxy === undefined ? host : `${host} (by the proxy ${proxy})`;
}

function nameOf(peer: Peer, cause: NetworkCause | undefined): string {
  return peer.proxy === undefined || cause?.beyondProxy === true
    ? describePeer(peer)
    : `the proxy ${peer.proxy}`;
}

function checkName({ host, proxy }: Peer): string {
  return proxy === undefined
    ? `check the name ${host}, and this machine's DNS`
    : "check the name of the proxy in HTTPS_PROXY, and this machine's DNS";
}

/** How to find out who answers in a host's place. */
export function checkPretender({ host, proxy }: Peer): string {
  const between =
    proxy === undefined
      ? "a gateway or sign-in page"
      : `the proxy ${proxy}, or a gateway or sign-in page behind it,`;
  return `find out whether ${between} answers in place of ${host}, and let ${host} through`;
}

function checkWay({ host, proxy }: Peer): string {
  return proxy === undefined
    ? `check that ${host} can be reached from here; if a proxy leads out of this network, set HTTPS_PROXY to it`
    : `check HTTPS_PROXY, that the proxy lets ${host} through, and NO_PROXY if ${host} is reached without it`;
}
