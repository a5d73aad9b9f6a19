/** Resetting a connection: TCP's RST, which a client sees as ECONNRESET. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Ends the connection at once and by a reset; by its end where the socket is none that could be reset. */
export function resetConnection(connection: Duplex): void {
  if (connection instanceof Socket) {
    connection.resetAndDestroy();
  } else {
    connection.destroy();
  }
}
