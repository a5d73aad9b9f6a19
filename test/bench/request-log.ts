/** What came to the emulator during one run, line by line, for people. */
import type { SeenRequest } from "./azure-messages.ts";
import type { RequestLog } from "./workshop.ts";

interface Line {
  readonly at: number;
  readonly connection: string;
  readonly text: string;
}

/**
 * One line for each tunnel and request, in the order of their coming: milliseconds since the program was started, the number
 * of the connection in this run, and what it was. Versions of a key are of no interest, and as long as a name.
 */
export function describeRequests({ run: { startedAt }, seen: { requests, tunnels } }: RequestLog): string[] {
  const inOrder = requests.toSorted((a, b) => a.start - b.start);
  const numbers = [...new Set(inOrder.map(({ connection }) => connection))];
  const lines: Line[] = [
    ...tunnels.map(({ host, openedAt }) => ({ at: openedAt, connection: "", text: `CONNECT ${host}` })),
    ...requests.map((request) => ({
      at: request.start,
      connection: `#${numbers.indexOf(request.connection) + 1}`,
      text: textOf(request),
    })),
  ];
  return lines
    .sort((a, b) => a.at - b.at)
    .map(({ at, connection, text }) =>
      [(at - startedAt).toFixed(0).padStart(5), connection.padStart(3), text].join("  "),
    );
}

function textOf({ method, host, path, status }: SeenRequest): string {
  return `${method} ${host}${path.replace(/\/[0-9a-f]{32}(?=\/|$)/, "/<version>")} → ${status}`;
}
