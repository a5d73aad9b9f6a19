/**
 * `npm run checks`: shows `check` on what people meet most, with `notation sign` beside it, and prints a Markdown document.
 * `npm run checks -- docs/check.md` writes it to that file instead, and the picture of the terminal beside it.
 */
import { writeFile } from "node:fs/promises";
import { writeDocument } from "../docs/write-document.ts";
import { openFaultStage } from "../faults/fault-stage.ts";
import { composeDocument, composePicture } from "./document.ts";
import { SCENES } from "./scene.ts";
import { startScenes } from "./start-scenes.ts";

const [file] = process.argv.slice(2);
const faultStage = await openFaultStage();
const outcomes = startScenes(faultStage);
try {
  await writeDocument(file, await composeDocument(outcomes), `${SCENES.length} scenes`);
  if (file !== undefined) {
    await writeFile(file.replace(/\.md$/, ".svg"), await composePicture(outcomes));
  }
} finally {
  await Promise.allSettled(outcomes.values());
  await faultStage.stage.close();
}
