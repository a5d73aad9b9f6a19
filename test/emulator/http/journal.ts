/** What the emulator remembers of each request, and who may hold back its answer. */
import type { AnswerHook, FaultKind, LogEntry } from "../types.ts";
import type { ServiceAnswer, ServiceRequest } from "./exchange.ts";

/** The log of all services, and the hooks before each answer. */
export interface Journal {
  readonly entries: readonly LogEntry[];
  /** Makes the entry, waits for the hooks in the order of their coming, then appends it. */
  record(request: LoggedRequest, answer: ServiceAnswer, fault?: FaultKind["kind"]): Promise<void>;
  /** Adds a hook; returns what takes it away again. */
  addHook(hook: AnswerHook): () => void;
}

/** What the log says of a request itself. */
export type LoggedRequest = Pick<ServiceRequest, "host" | "method" | "target"> &
  Partial<Pick<ServiceRequest, "receivedAt" | "connection">>;

/** An empty journal. Entries hold neither bodies nor headers: no token and no secret can get into it. */
export function createJournal(): Journal {
  const entries: LogEntry[] = [];
  const hooks = new Set<{ readonly run: AnswerHook }>();
  return {
    entries,
    async record(request, answer, fault) {
      const entry = toEntry(request, answer, fault);
      for (const hook of [...hooks]) {
        await hook.run(entry);
      }
      entries.push(entry);
    },
    addHook(run) {
      const hook = { run }; // An object of its own, so that the same function can be added twice.
      hooks.add(hook);
      return () => {
        hooks.delete(hook);
      };
    },
  };
}

function toEntry(
  { host, method, target, receivedAt, connection }: LoggedRequest,
  { status, errorCode, principal, permission }: ServiceAnswer,
  fault: FaultKind["kind"] | undefined,
): LogEntry {
  const end = performance.now();
  return {
    time: new Date(),
    span: { start: receivedAt ?? end, end },
    ...(connection !== undefined && { connection }),
    host,
    method,
    path: target,
    status,
    ...(errorCode !== undefined && { errorCode }),
    ...(principal !== undefined && { principal }),
    ...(permission !== undefined && { permission }),
    ...(fault !== undefined && { fault }),
  };
}
