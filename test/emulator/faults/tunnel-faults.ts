/** How the way to a service goes wrong: a CONNECT request at the proxy. */
import type { Duplex } from "node:stream";
import { resetConnection } from "../http/reset.ts";
import { type WireAnswer, wireFault } from "../http/wire.ts";
import type { FaultKind } from "../types.ts";
import type { MetFault } from "./fault-table.ts";
import { pause } from "./pause.ts";

/** A CONNECT request that a fault has met. */
export interface FaultyTunnel {
  readonly met: MetFault;
  readonly client: Duplex;
  /** Logs what became of the request. */
  readonly record: (status: number, fault: FaultKind["kind"]) => Promise<void>;
  /** Sends the answer and ends the connection. */
  readonly refuse: (answer: WireAnswer) => void;
}

/** Does to the request what the fault says. Resolves to whether the proxy shall go on with it, if late. */
export async function performTunnelFault({ met, client, record, refuse }: FaultyTunnel): Promise<boolean> {
  const { fault, use } = met;
  use();
  if (fault.kind === "delay") {
    const isAwaited = await pause(fault.milliseconds, client);
    if (!isAwaited) {
      await record(0, fault.kind);
    }
    return isAwaited;
  }
  if (fault.kind === "answer") {
    await record(fault.status, fault.kind);
    refuse(wireFault(fault, { Connection: "close" }));
    return false;
  }
  await record(0, fault.kind);
  if (fault.kind === "reset") {
    resetConnection(client);
  }
  return false;
}
