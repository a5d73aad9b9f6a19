/** The faults that tests have asked for: which of them meets a request. */
import { hostName, type ServiceRequest } from "../http/exchange.ts";
import type { Fault, FaultKind } from "../types.ts";

/** What a fault is matched against. */
export type MatchedRequest = Pick<ServiceRequest, "host" | "method" | "target" | "headers">;

/** A fault that meets a request. */
export interface MetFault {
  readonly fault: FaultKind;
  /** Uses one of its times up; false where others were quicker. */
  use(): boolean;
}

/** The faults of one emulator. */
export interface FaultTable {
  /** Returns what takes the fault away again. Throws a RangeError where it makes no sense. */
  add(fault: Fault): () => void;
  /** The fault that was added last of those that match and are not used up. */
  find(request: MatchedRequest): MetFault | undefined;
}

/** Before there is a tunnel there is no body to cut, and no service that answers. */
const TUNNEL_KINDS: readonly FaultKind["kind"][] = ["reset", "stall", "delay", "answer"];

/** No faults. */
export function createFaultTable(): FaultTable {
  const entries: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      checkFault(fault);
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      entries.unshift(entry);
      return () => {
        entry.left = 0;
      };
    },
    find(request) {
      const entry = entries.find(({ fault, left }) => left > 0 && matches(fault, request));
      return (
        entry && {
          fault: entry.fault,
          use() {
            entry.left -= 1;
            return entry.left >= 0;
          },
        }
      );
    },
  };
}

function matches(fault: Fault, { host, method, target, headers }: MatchedRequest): boolean {
  return (
    isOfMethod(fault.method, method) &&
    (fault.host === undefined || [host, hostName(host)].includes(fault.host)) &&
    // Unlike `test`, `search` does not go on from where a global expression last stopped.
    (fault.path === undefined || target.search(fault.path) >= 0) &&
    (fault.withToken !== true || headers.authorization !== undefined)
  );
}

/** A fault of a host is for what is asked of the host: only one that says CONNECT is for the way there. */
function isOfMethod(wanted: string | undefined, method: string): boolean {
  return wanted === undefined ? method !== "CONNECT" : wanted.toUpperCase() === method;
}

function checkFault(fault: Fault): void {
  const { method, times, kind } = fault;
  if (method?.toUpperCase() === "CONNECT" && !TUNNEL_KINDS.includes(kind)) {
    throw new RangeError(`a CONNECT request has no answer to ${kind}`);
  }
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
    throw new RangeError(`not a number of times: ${times}`);
  }
  if (fault.kind === "delay" && !(Number.isFinite(fault.milliseconds) && fault.milliseconds >= 0)) {
    throw new RangeError(`not a number of milliseconds: ${fault.milliseconds}`);
  }
  if (
    fault.kind === "answer" &&
    !(Number.isInteger(fault.status) && fault.status >= 200 && fault.status < 600)
  ) {
    throw new RangeError(`not the status of an answer: ${fault.status}`);
  }
}
