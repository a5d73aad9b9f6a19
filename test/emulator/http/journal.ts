/** What the emulator remembers of each request, and who may hold back its answer. */
import type { AnswerHook, LogEntry } from "../types.ts";
import type { ServiceAnswer, ServiceRequest } from "./exchange.ts";

/** The log of all services, and the hooks before each answer. */
export interface Journal {
  readonly entries: readonly LogEntry[];
  /** Makes the entry, waits for the hooks in the order of their coming, then appends it. */
  record(request: Pick<ServiceRequest, "host" | "method" | "target">, answer: ServiceAnswer): Promise<void>;
  /** Adds a hook; returns what takes it away again. */
  addHook(hook: AnswerHook): () => void;
}

/** An empty journal. Entries hold neither bodies nor headers: no token and no secret can get into it. */
export function createJournal(): Journal {
  const entries: LogEntry[] = [];
  const hooks = new Set<{ readonly run: AnswerHook }>();
  return {
    entries,
    async record(request, answer) {
      const entry = toEntry(request, answer);
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
  { host, method, target }: Pick<ServiceRequest, "host" | "method" | "target">,
  { status, errorCode, principal, permission }: ServiceAnswer,
): LogEntry {
  return {
    time: new Date(),
    host,
    method,
    path: target,
    status,
    ...(errorCode !== undefined && { errorCode }),
    ...(principal !== undefined && { principal }),
    ...(permission !== undefined && { permission }),
  };
}
