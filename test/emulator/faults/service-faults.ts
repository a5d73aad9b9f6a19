/** How a request to a service goes wrong. */
import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { ServiceAnswer } from "../http/exchange.ts";
import { resetConnection } from "../http/reset.ts";
import { wireAnswer, wireFault, writeWire } from "../http/wire.ts";
import type { FaultKind } from "../types.ts";
import type { MetFault } from "./fault-table.ts";
import { pause } from "./pause.ts";

/** A request that a fault has met. */
export interface FaultyExchange {
  readonly met: MetFault;
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** Lets the service handle the request. */
  readonly ask: () => Promise<ServiceAnswer>;
  /** Logs what became of the request, before its answer leaves. */
  readonly record: (answer: ServiceAnswer, fault?: FaultKind["kind"]) => Promise<void>;
}

type FaultOf<Kind extends FaultKind["kind"]> = Extract<FaultKind, { readonly kind: Kind }>;
type Performers = {
  readonly [Kind in FaultKind["kind"]]: (fault: FaultOf<Kind>, exchange: FaultyExchange) => Promise<void>;
};

const NO_ANSWER: ServiceAnswer = { status: 0 };

const PERFORMERS: Performers = {
  async reset(_, { response, record }) {
    await record(NO_ANSWER, "reset");
    if (response.socket) {
      resetConnection(response.socket);
    }
  },

  async stall(_, { record }) {
    await record(NO_ANSWER, "stall");
  },

  async truncate(_, { response, clock, ask, record }) {
    const answer = await ask();
    await record(answer, "truncate");
    const { status, headers, body } = wireAnswer(answer, clock);
    response.writeHead(status, { ...headers });
    // Not before these octets are on their way: what is destroyed sends nothing more.
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  },

  async delay({ milliseconds }, { response, clock, ask, record }) {
    const answer = await ask();
    const isAwaited = await pause(milliseconds, response);
    await record(isAwaited ? answer : NO_ANSWER, "delay");
    if (isAwaited) {
      writeWire(response, wireAnswer(answer, clock));
    }
  },

  async answer(fault, { response, clock, record }) {
    await record({ status: fault.status }, "answer");
    writeWire(response, wireFault(fault, { Date: clock.date().toUTCString() }));
  },

  async rewrite({ rewrite }, { met, response, clock, ask, record }) {
    const answer = await ask();
    const isRewritten = answer.status === 200 && met.use();
    await record(answer, isRewritten ? "rewrite" : undefined);
    // A copy, as the client would read it: whatever is done to it, the service's own state stays.
    const body = isRewritten ? rewrite(JSON.parse(JSON.stringify(answer.body ?? null))) : answer.body;
    writeWire(response, wireAnswer({ ...answer, body }, clock));
  },
};

/** Does to the request what the fault says. Rewriting alone uses its times up by itself, when there is a right answer. */
export async function performFault(exchange: FaultyExchange): Promise<void> {
  const { fault, use } = exchange.met;
  if (fault.kind !== "rewrite") {
    use();
  }
  // Each performer is filed under the kind that it takes, which the type of the table's union does not show.
  const perform = PERFORMERS[fault.kind] as (fault: FaultKind, exchange: FaultyExchange) => Promise<void>;
  await perform(fault, exchange);
}
