/** Waiting on behalf of a client, for as long as the client does. */
import type { Writable } from "node:stream";

/** Resolves to true after the time, or to false as soon as the client's side is closed. */
export async function pause(milliseconds: number, client: Writable): Promise<boolean> {
  if (client.closed) {
    return false;
  }
  return await new Promise((resolve) => {
    // A client that has left is told by `close` of an answer, but of a tunnel's connection by `end`.
    const settle = (isAwaited: boolean) => () => {
      clearTimeout(timer);
      client.off("close", leave).off("end", leave);
      resolve(isAwaited);
    };
    const leave = settle(false);
    const timer = setTimeout(settle(true), milliseconds);
    client.on("close", leave).on("end", leave);
  });
}
