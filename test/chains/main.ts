/**
 * `npm run chains`: signs with certificate chains of every shape by the official Notation CLI, and prints what came of
 * each as a Markdown document. `npm run chains -- docs/certificates.md` writes it to that file instead.
 */

import { writeDocument } from "../docs/write-document.ts";
import { openChainStage, startChains } from "./chain-stage.ts";
import { composeDocument } from "./document.ts";
import { CASES } from "./families.ts";

const [file] = process.argv.slice(2);
const chainStage = await openChainStage();
const outcomes = startChains(chainStage, CASES);
try {
  await writeDocument(file, await composeDocument(outcomes), `${CASES.length} chains`);
} finally {
  await Promise.allSettled(outcomes.values());
  await chainStage.stage.close();
}
