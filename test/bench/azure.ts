/** The emulated Azure of a bench, in a process of its own: how far away it is, and what came to it. */
import { join } from "node:path";
import type { AzureCommand, AzureFacts, AzureMessage, Observation } from "./azure-messages.ts";

export interface Azure {
  readonly facts: AzureFacts;
  /** Moves it so far away, in milliseconds there and back, and forgets what it has seen. */
  begin(roundTripMs: number): Promise<void>;
  /** What it has seen since, once nothing can be on its way any more. */
  observe(): Promise<Observation>;
  close(): Promise<void>;
}

/** What still comes when the client has gone: at most half a round trip, and the time to be noticed. */
const NOTICED_MS = 10;

/** Starts it. Whoever calls it closes it. */
export async function startAzure(): Promise<Azure> {
  const inbox: PromiseWithResolvers<AzureMessage>[] = [];
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "azure-process.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message: AzureMessage) => inbox.shift()?.resolve(message),
    onExit: () => {
      for (const awaited of inbox.splice(0)) {
        awaited.reject(new Error("the emulator's process ended"));
      }
    },
  });
  const next = async (): Promise<AzureMessage> => {
    const awaited = Promise.withResolvers<AzureMessage>();
    inbox.push(awaited);
    return await awaited.promise;
  };
  const ask = async (command: AzureCommand): Promise<Observation> => {
    const answer = next();
    child.send(command);
    const message = await answer;
    if (message.kind !== "observation") {
      throw new Error("the emulator's process told no observation");
    }
    return message.observation;
  };
  const first = await next();
  if (first.kind !== "facts") {
    throw new Error("the emulator's process told no facts");
  }
  let roundTripMs = 0;
  return {
    facts: first.facts,
    async begin(wanted) {
      roundTripMs = wanted;
      await ask({ kind: "begin", roundTripMs });
    },
    async observe() {
      await Bun.sleep(roundTripMs + NOTICED_MS);
      return await ask({ kind: "observe" });
    },
    async close() {
      child.disconnect();
      await child.exited;
    },
  };
}
