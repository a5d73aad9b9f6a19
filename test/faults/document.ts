/** The table of faults as a Markdown document. */

import { FAMILIES } from "./families.ts";
import type { FaultCase, FaultFamily, Refusal } from "./fault-case.ts";
import type { FaultOutcomes } from "./fault-stage.ts";
import type { FaultOutcome } from "./run-fault.ts";
import { CLIENT_ID, FOLDER, OBJECT_ID, PROXY, TENANT_ID, VERSION } from "./stand-ins.ts";
import { CERTIFICATE_NAME, VAULT_NAME } from "./world.ts";

/** What Notation puts before a message, by the command of the plugin that it is of. */
const PREFIX_OF_ALL = "Error: ";
const PREFIX = `${PREFIX_OF_ALL}failed to sign with the plugin azure-kv: `;

/** What Notation puts before the message of a refusal. */
export function prefixOf({ by }: Refusal): string {
  return by === "get-plugin-metadata" ? PREFIX_OF_ALL : PREFIX;
}

const INTRODUCTION = `# When signing goes wrong

Every way in which \`notation sign --plugin azure-kv\` is known to fail, and what it prints then. Look for your message by its words, or by
what you suspect. Each fault below was made to happen, on servers that stand in for Azure's, and signed with by the official Notation CLI;
this document is what \`npm run faults -- docs/errors.md\` printed, and is not written by hand.

- The heading says what goes wrong.
- The line below it has the **error code** of the plugin contract, which a program finds in the plugin's own answer, and how often the
  plugin asked again before it gave up.
- The block is the **message**, as \`notation sign\` prints it after \`${PREFIX.trim()}\`. What stands after
  \`Fix:\` is what to do about it. Nothing was signed, and nothing was pushed to the registry.

What may pass by itself, such as a lost connection, a throttled vault or a service that is down for a moment, is tried again: for as long as
it makes sense, and within the time that \`--plugin-config timeout=<seconds>\` gives to each command of the plugin; 60 seconds unless it is
given. Faults that the plugin gets over in this way say so in place of a message.

The examples sign with the certificate \`${CERTIFICATE_NAME}\` of the vault \`${VAULT_NAME}\`, behind the proxy \`http://${PROXY}\`, with files in
\`${FOLDER}\`. Ids, times, addresses and paths differ from run to run, so these stand in for them: the tenant
\`${TENANT_ID}\`, the application's client id \`${CLIENT_ID}\`, the principal's object id
\`${OBJECT_ID}\`, the certificate's version \`${VERSION}\`.
`;

/** The whole document. Rejects where a fault could not be made. */
export async function composeDocument(outcomes: FaultOutcomes): Promise<string> {
  const contents = FAMILIES.map(({ title }) => `- [${title}](#${anchorOf(title)})`).join("\n");
  const sections: string[] = [];
  for (const family of FAMILIES) {
    sections.push(await sectionOf(family, outcomes));
  }
  return `${[INTRODUCTION.trimEnd(), contents, ...sections].join("\n\n")}\n`;
}

async function sectionOf(
  { title, introduction, faults }: FaultFamily,
  outcomes: FaultOutcomes,
): Promise<string> {
  const entries: string[] = [];
  for (const fault of faults) {
    const outcome = await outcomes.get(fault);
    if (outcome === undefined) {
      throw new Error(`this fault was not run: ${fault.title}`);
    }
    entries.push(entryOf(fault, outcome));
  }
  return [`## ${title}`, introduction, ...entries].join("\n\n");
}

function entryOf({ title, end }: FaultCase, { direct, signing, retries }: FaultOutcome): string {
  const heading = `### ${title}`;
  if (end.kind === "survived") {
    return `${heading}\n\nSigned${retries === 0 ? "" : `, after ${times(retries)}`}.`;
  }
  const message = `\`\`\`text\n${signing.stderr.replace(prefixOf(end), "").trimEnd()}\n\`\`\``;
  return `${heading}\n\n\`${direct?.errorCode}\`${afterRetries(end.retries)}\n\n${message}`;
}

/** The retries that a test holds the plugin to: how many fit into a time is chance. */
function afterRetries(retries: number | "as long as the time lasts" = 0): string {
  if (retries === 0) {
    return "";
  }
  return `, after ${retries === "as long as the time lasts" ? "retries as long as the time lasted" : times(retries)}`;
}

function times(retries: number): string {
  return retries === 1 ? "1 retry" : `${retries} retries`;
}

/** As GitHub makes it of a heading of words. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
