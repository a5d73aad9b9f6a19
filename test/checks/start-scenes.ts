/** Runs the scenes, each in its turn: what they cost is shown, and two at once would wait for each other. */
import type { FaultStage } from "../faults/fault-stage.ts";
import type { SceneOutcomes } from "./document.ts";
import { runScene, type SceneOutcome } from "./run-scene.ts";
import { SCENES } from "./scene.ts";

/** Begins to run the scenes, in their order. */
export function startScenes(faultStage: FaultStage): SceneOutcomes {
  let before: Promise<unknown> = Promise.resolve();
  return new Map(
    SCENES.map((scene) => {
      const outcome: Promise<SceneOutcome> = before.then(() => runScene(faultStage, scene));
      // Whoever asks for the outcome is told of a failure; the others go on.
      before = outcome.catch(() => undefined);
      return [scene, outcome];
    }),
  );
}
