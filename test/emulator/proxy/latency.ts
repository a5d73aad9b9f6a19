/** How far away the emulated hosts seem to be: a tunnel whose bytes take their time, in both directions. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pause } from "../faults/pause.ts";
import { resetConnection } from "../http/reset.ts";

/** The latency of the tunnels that are opened from now on. */
export interface Latency {
  readonly roundTripMs: number;
  /** Throws a RangeError for what is no time. */
  set(roundTripMs: number): void;
}

/** Both ends of a tunnel. */
export interface TunnelEnds {
  /** Whoever sent CONNECT; it has not been answered yet. */
  readonly client: Duplex;
  /** The connection to the emulated host, open. */
  readonly upstream: Socket;
}

/** None, until it is set. */
export function createLatency(): Latency {
  let current = 0;
  return {
    get roundTripMs() {
      return current;
    },
    set(roundTripMs) {
      if (!Number.isFinite(roundTripMs) || roundTripMs < 0) {
        throw new RangeError(`a latency of ${roundTripMs} ms makes no sense`);
      }
      current = roundTripMs;
    },
  };
}

/**
 * Joins both ends as if the host were far away. A round trip passes until `establish` is called, as the TCP handshake
 * takes one; from then on everything arrives half a round trip after it was sent, in its order: bytes, ends and resets.
 */
export async function joinFarAway(
  { client, upstream }: TunnelEnds,
  roundTripMs: number,
  establish: () => void,
): Promise<void> {
  // What is sent in small pieces would wait for acknowledgements, which come at once on this machine alone.
  upstream.setNoDelay(true);
  if (client instanceof Socket) {
    client.setNoDelay(true);
  }
  if (!(await pause(roundTripMs, client))) {
    upstream.destroy();
    client.destroy();
    return;
  }
  establish();
  passLate(client, upstream, roundTripMs / 2);
  passLate(upstream, client, roundTripMs / 2);
}

/** A reset is seen as an error first; what closes without an end closes on the other side. */
function passLate(from: Duplex, to: Duplex, delayMs: number): void {
  const late = createDelayLine(delayMs);
  from.on("data", (chunk: Buffer) =>
    late(() => {
      if (!to.destroyed && !to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    }),
  );
  from.on("end", () => late(() => to.end()));
  from.on("error", () => late(() => resetConnection(to)));
  from.on("close", () => late(() => closeWhenWritten(to)));
}

/** What was ended has perhaps not been written yet, where its reader is slow. */
function closeWhenWritten(to: Duplex): void {
  if (to.writableEnded && !to.writableFinished) {
    to.once("finish", () => to.destroy());
  } else {
    to.destroy();
  }
}

/** Does each thing after the delay, in the order in which they came: timers of their own might overtake each other. */
function createDelayLine(delayMs: number): (act: () => void) => void {
  const waiting: { readonly due: number; readonly act: () => void }[] = [];
  let isArmed = false;
  const arm = (): void => {
    const [next] = waiting;
    if (next !== undefined && !isArmed) {
      isArmed = true;
      setTimeout(run, next.due - performance.now());
    }
  };
  const run = (): void => {
    isArmed = false;
    // A timer may fire a fraction of a millisecond early; then it is set again.
    for (let next = waiting[0]; next !== undefined && next.due <= performance.now(); next = waiting[0]) {
      waiting.shift();
      next.act();
    }
    arm();
  };
  return (act) => {
    waiting.push({ due: performance.now() + delayMs, act });
    arm();
  };
}
