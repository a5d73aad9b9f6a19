import { lookup } from "node:dns/promises";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { PluginError } from "../error/plugin-error.ts";
import { log } from "../log/log.ts";
import { type Budget, withinRest } from "./budget.ts";
import { peerBy } from "./destination.ts";
import { NetworkFailure, type Peer } from "./network-failure.ts";
import { openConnection, type Way } from "./open-ahead.ts";

/** What is known of a host without a request to it. */
export interface ProbedHost {
  readonly peer: Peer;
  /** What DNS answers; undefined where a proxy resolves the name, or DNS does not answer. */
  readonly addresses: readonly string[] | undefined;
  readonly tls: ProbedTls | undefined;
  /** Until the connection was open, with TLS. */
  readonly milliseconds: number;
  /** Why there is no connection. */
  readonly failure: NetworkFailure | undefined;
}

export interface ProbedTls {
  /** As the runtime names it: `TLSv1.3`. */
  readonly version: string;
  /** Who issued the server's certificate, by the name that says most: where TLS is inspected, it is not a public CA. */
  readonly issuer: string;
}

/**
 * Looks whether there is a way to a host: DNS, the proxy if there is one, TCP, TLS. Nothing is asked of it, and whatever
 * is wrong is told and not thrown.
 */
export async function probeHost(way: Way, budget: Budget): Promise<ProbedHost> {
  const { host, port, proxy } = way;
  const peer = peerBy(host, proxy);
  const start = performance.now();
  const addresses =
    proxy === undefined ? withinRest(budget, lookup(host, { all: true })).catch(() => undefined) : undefined;
  const opened = await withinRest(budget, openConnection(way)).catch((error: unknown) =>
    toFailure(error, peer),
  );
  const milliseconds = performance.now() - start;
  const answered = (await addresses)?.map(({ address }) => address);
  const found = { peer, addresses: answered && [...new Set(answered)], milliseconds };
  if (opened instanceof NetworkFailure) {
    log("info", `${host}:${port}: ${opened.message}`);
    return { ...found, tls: undefined, failure: opened };
  }
  const tls = readTls(opened);
  opened.destroy();
  return { ...found, tls, failure: undefined };
}

function readTls(socket: TLSSocket): ProbedTls {
  // Of a connection that has ended meanwhile there is none.
  const { issuer = {} } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return {
    version: socket.getProtocol() ?? "TLS",
    issuer: [issuer.CN, issuer.O].flat().find(Boolean) ?? "(no name)",
  };
}

function toFailure(error: unknown, peer: Peer): NetworkFailure {
  if (error instanceof PluginError) {
    return new NetworkFailure("ETIMEDOUT", peer, error.problem);
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
  return new NetworkFailure(code, peer, message);
}
