/** The table of hosts: each name to the service that answers for it. Where a new service of Azure's comes in. */
import { hostName, type ServiceHandler } from "./exchange.ts";

/** Which service answers for which host. */
export interface HostTable {
  /** Adds a host, in lower case and without a port. Throws if it exists. */
  add(host: string, handler: ServiceHandler): void;
  has(host: string): boolean;
  /** Passes each request to the service of its host. */
  readonly handler: ServiceHandler;
}

/** An empty table. */
export function createHostTable(): HostTable {
  const handlers = new Map<string, ServiceHandler>();
  return {
    add(host, handler) {
      if (handlers.has(host)) {
        throw new Error(`${host} exists already`);
      }
      handlers.set(host, handler);
    },
    has: (host) => handlers.has(host),
    handler: (request) => handlers.get(hostName(request.host))?.(request) ?? { status: 404 },
  };
}
