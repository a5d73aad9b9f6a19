import { PluginError } from "../error/plugin-error.ts";

/** The time that a command may take in all, whatever it waits for. */
export interface Budget {
  /** All of it, in seconds. */
  readonly seconds: number;
  /** What is left of it, in milliseconds; 0 once it is used up. */
  remaining(): number;
  /** Notes what is being waited for, in a sentence. Returns what ends the note. */
  waitFor(what: string): () => void;
  /** The TIMEOUT error that names what was being waited for. */
  timeoutError(): PluginError;
}

/**
 * Does the work within a number of seconds. What still runs when they are over is left behind: the process ends.
 * @throws PluginError TIMEOUT that names what was being waited for; whatever the work throws.
 */
export async function withinBudget<T>(seconds: number, work: (budget: Budget) => Promise<T>): Promise<T> {
  const budget = startBudget(seconds);
  return await withinRest(budget, work(budget));
}

/**
 * The outcome of work that has begun, if it is there before the budget is used up.
 * @throws PluginError as of `withinBudget`.
 */
export async function withinRest<T>(budget: Budget, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(budget.timeoutError()), budget.remaining());
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** A budget of this many seconds, from now on. */
export function startBudget(seconds: number): Budget {
  const end = performance.now() + seconds * 1000;
  const waiting = new Set<{ readonly what: string }>();
  return {
    seconds,
    remaining: () => Math.max(0, end - performance.now()),
    waitFor(what) {
      const note = { what }; // An object of its own, so that the same thing can be waited for twice.
      waiting.add(note);
      return () => {
        waiting.delete(note);
      };
    },
    timeoutError() {
      const whats = [...new Set([...waiting].map(({ what }) => what))];
      const still = whats.length === 0 ? "" : `: still waiting for ${whats.join(" and ")}`;
      return new PluginError("TIMEOUT", `no result within ${seconds} s${still}`, {
        fix:
          "try again, or allow more time: plugin config timeout=<seconds>; what takes it is in the log that " +
          "NOTATION_AZURE_KV_LOG=<file> makes",
      });
    },
  };
}
