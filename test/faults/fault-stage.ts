/** What all faults share: the CLI that signs, the registry, a CLI that verifies, and the certificates. */
import { trustOf } from "../e2e/hierarchy.ts";
import { createVerifier, type Notation } from "../e2e/notation.ts";
import { openStage, type Stage } from "../e2e/stage.ts";
import type { FaultCase } from "./fault-case.ts";
import { type FaultOutcome, runFault } from "./run-fault.ts";
import { type Certificates, createCertificates } from "./world.ts";

export interface FaultStage {
  readonly stage: Stage;
  readonly verifier: Notation;
  readonly certificates: Certificates;
}

/** The outcome of each fault, as soon as it is there. */
export type FaultOutcomes = ReadonlyMap<FaultCase, Promise<FaultOutcome>>;

/** More would wait for the processor, and their time would run out. */
const AT_ONCE = 4;

/** Whoever calls it closes the stage. */
export async function openFaultStage(): Promise<FaultStage> {
  const [stage, certificates] = await Promise.all([openStage(), createCertificates()]);
  return { stage, certificates, verifier: await createVerifier(stage.options, trustOf(certificates.leaf)) };
}

/** Begins to run the faults, a few at once, in their order. */
export function startFaults(faultStage: FaultStage, faults: readonly FaultCase[]): FaultOutcomes {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  return new Map(
    faults.map((fault, index) => {
      const lane = index % AT_ONCE;
      const outcome = Promise.resolve(lanes[lane]).then(() => runFault(faultStage, fault));
      // Whoever asks for the outcome is told of a failure; the lane goes on.
      lanes[lane] = outcome.catch(() => undefined);
      return [fault, outcome];
    }),
  );
}
