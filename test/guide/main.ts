/**
 * `npm run guide`: follows the CA's guide with the real `az` and the real `notation`, and prints each command and
 * what it answers. `npm run guide -- docs/guide.md` also writes the transcript to that file.
 */
import { writeFile } from "node:fs/promises";
import { followGuide } from "./guide.ts";

const PREFACE = `# The CA's guide, command by command

This is the transcript of \`npm run guide -- docs/guide.md\`, made by the run: the steps of GlobalSign's public guide "Container
Image Signing with Notation and Azure Key Vault Using GlobalSign's Code Signing Certificate" (2025-02-28), with the real Azure CLI, the
official Notation CLI and this plugin. Azure's servers are an emulator's, under their real names; what else stands in for something is
said where it does.
`;

const [file] = process.argv.slice(2);
const { markdown } = await followGuide((text) => process.stdout.write(text));
if (file !== undefined) {
  await writeFile(file, `${PREFACE}\n${markdown}`);
}
