/**
 * `npm run demo`: the main job, step by step, with Azure's servers played by the emulator. The official Notation
 * CLI signs and verifies; where it cannot be built, its part is played here.
 */
import { fileURLToPath } from "node:url";
import { $ } from "bun";
import { provideTool } from "../tools/index.ts";
import { note, step } from "./narration.ts";
import { demonstrateWithNotation } from "./with-notation.ts";
import { demonstrateWithoutNotation } from "./without-notation.ts";

/** Why the official tools cannot be had on this machine; undefined when they can. */
async function whyNoTools(): Promise<string | undefined> {
  try {
    // One after the other: a build keeps all processors busy.
    for (const tool of ["notation", "oras", "registry"] as const) {
      await provideTool(tool);
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

step("The plugin is built and packed");
const root = fileURLToPath(new URL("../..", import.meta.url));
for (const script of ["build", "package"]) {
  note((await $`${process.execPath} scripts/${script}.ts`.cwd(root).text()).trimEnd());
}

step(
  "The official Notation CLI, a registry and ORAS are made ready (minutes at the first time, then nothing)",
);
const reason = await whyNoTools();
if (reason === undefined) {
  note("Notation CLI 1.3.2, CNCF Distribution 3.0.0, ORAS 1.3.6");
  await demonstrateWithNotation();
} else {
  note(reason, "Without it, the plugin contract is spoken here, and the signature is verified here.");
  await demonstrateWithoutNotation();
}
