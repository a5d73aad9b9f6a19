/**
 * `npm run faults`: makes every known fault of a signing happen, signs by the official Notation CLI, and prints what it
 * says as a Markdown document. `npm run faults -- docs/errors.md` writes it to that file instead.
 */
import { writeDocument } from "../docs/write-document.ts";
import { composeDocument } from "./document.ts";
import { FAULTS } from "./families.ts";
import { openFaultStage, startFaults } from "./fault-stage.ts";

const [file] = process.argv.slice(2);
const faultStage = await openFaultStage();
const outcomes = startFaults(faultStage, FAULTS);
try {
  await writeDocument(file, await composeDocument(outcomes), `${FAULTS.length} faults`);
} finally {
  await Promise.allSettled(outcomes.values());
  await faultStage.stage.close();
}
