/** Units of measuring: what is done in one go, in random order with all others of a round. */
import { shuffle } from "./statistics.ts";

/** A round's number; 0 is the one that only warms up. */
export type Unit = (round: number) => Promise<void>;

/**
 * Does every unit once a round, each round in another order, so that whatever else the machine does meets all alike.
 * The rounds before the first one do not count: files and certificates are made and read for the first time.
 */
export async function runRounds(name: string, units: readonly Unit[], rounds: number): Promise<void> {
  for (let round = 0; round <= rounds; round += 1) {
    console.error(`${name}: ${round === 0 ? "warming up" : `round ${round} of ${rounds}`}`);
    for (const unit of shuffle(units)) {
      await unit(round);
    }
  }
}

/** Memory hardly differs from run to run: it is measured in the first rounds only, by runs of their own. */
export function isMemoryRound(round: number): boolean {
  return round > 0 && round <= 3;
}
