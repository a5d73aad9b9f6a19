import type { ErrorCode } from "../error/plugin-error.ts";
import { checkPretender, describePeer, type Peer } from "./network-failure.ts";

/** What an answer means that not the service but a proxy or gateway on the way to it made. */
export interface GatewayCause {
  readonly errorCode: ErrorCode;
  /** What happened, in a sentence whose subject is who answered. */
  readonly problem: string;
  readonly fix: string;
  /** Whether it is what proxies answer for a host that does not exist. */
  readonly doubtsHost: boolean;
}

const PROXY_CREDENTIALS =
  "set HTTPS_PROXY to http://<user>:<password>@<host>:<port>, with special characters in user and password percent-encoded";

const ERROR_CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [407, "ACCESS_DENIED"],
  [408, "TIMEOUT"],
  [429, "THROTTLED"],
  [504, "TIMEOUT"],
]);

const UNKNOWN_HOST: ReadonlySet<number> = new Set([403, 404, 502, 503, 504]);

/**
 * The meaning of such an answer by its status: nothing that is granted in Azure would help.
 * @param service whose form the answer does not have, for example `Azure Key Vault`
 */
export function gatewayCause(status: number, peer: Peer, service: string): GatewayCause {
  const errorCode = ERROR_CODES.get(status) ?? "ERROR";
  if (status === 407) {
    const problem = `the proxy ${peer.proxy ?? ""} wants a user and a password, and those in HTTPS_PROXY are missing or wrong (407)`;
    return { errorCode, problem, fix: PROXY_CREDENTIALS, doubtsHost: false };
  }
  return {
    errorCode,
    problem: `${describePeer(peer)} answered ${status}, and not as ${service} does`,
    fix: checkPretender(peer),
    doubtsHost: UNKNOWN_HOST.has(status),
  };
}
