/**
 * `npm run demo`: the main job, step by step, with Azure's servers played by the emulator. The official Notation
 * CLI signs and verifies; where it cannot be built, its part is played here.
 */
import { provideTools } from "../tools/index.ts";
import { note, step } from "./narration.ts";
import { demonstrateWithNotation } from "./with-notation.ts";
import { demonstrateWithoutNotation } from "./without-notation.ts";

/**
 * Makes the official tools ready; resolves to false, and says why, on a machine without Go and without tools that were
 * built before. Everything else that fails is an error.
 */
async function provideOfficialTools(): Promise<boolean> {
  try {
    note(...(await provideTools("notation", "oras", "registry")));
    return true;
  } catch (error) {
    if (Bun.which("go") !== null || !(error instanceof Error)) {
      throw error;
    }
    note(error.message);
    return false;
  }
}

step(
  "The official Notation CLI, ORAS and a registry are made ready: minutes at the first time, then nothing",
);
if (await provideOfficialTools()) {
  await demonstrateWithNotation();
} else {
  note("So the plugin contract is spoken here, and the signature is verified here.");
  await demonstrateWithoutNotation();
}
