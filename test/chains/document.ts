/** The tables of chains as a Markdown document. */

import { FOLDER, VERSION } from "../faults/stand-ins.ts";
import type { ChainCase, ChainFamily } from "./chain-case.ts";
import { type ChainOutcomes, VAULT_NAME } from "./chain-stage.ts";
import { CASES } from "./families.ts";
import { REQUIREMENTS } from "./requirements.ts";
import type { ChainOutcome } from "./run-chain.ts";
import { SHAPES } from "./shapes.ts";
import { CERTIFICATE_NAME, KEY_IDENTIFIER } from "./stand-ins.ts";

/** What Notation puts before a message, by the plugin that signs. */
export const PREFIX = "Error: failed to sign with the plugin azure-kv: ";
export const REFERENCE_PREFIX = "Error: failed to sign with the plugin reference: ";

const INTRODUCTION = `# Certificates

For whom \`notation sign --plugin azure-kv\` says that a certificate chain is incomplete, or that a certificate does not meet the Notary
Project's requirements. Look for your message by its words, or by what is special about your certificates.

A signature carries its **certificate chain**: the leaf, whose key signed, then the certificate of the CA that issued it, and so on up to a
self-signed root. The plugin puts it together from what there is: the certificate's secret in the vault, or a file (\`ca_certs\`,
\`cert_chain\`). Notation then looks at each certificate of the chain, and refuses to sign where one is not as the Notary Project requires. It
tells one thing at a time; the plugin looks first, and tells all.

What to look at when something is wrong:

1. **Is the chain whole?** \`notation-azure-kv certs --id <key identifier>\` prints the certificates that are found. What is missing is named in
   the message, often with the address where the CA publishes it.
2. **Is the leaf for code signing?** Key usage critical with digitalSignature alone, extended key usage codeSigning. Key Vault's default policy
   makes certificates for TLS.
3. **Are the CAs' certificates right?** They come from the CA, which alone can mend what is wrong with them.
4. **Is everything valid now?** Expired CA certificates are often replaced by renewed ones with the same key: add those.

Below are ${CASES.length} chains. Each was made, and put where the plugin finds it; then the official Notation CLI signed with the plugin, on servers
that stand in for Azure's. The same chain was also handed to Notation as it is, by a plugin that checks nothing, to learn what Notation itself
makes of it: **of these chains the plugin signs with every one that Notation accepts, and refuses every one that Notation refuses**. This
document is what \`npm run chains -- docs/certificates.md\` printed, and is not written by hand.

- The heading says what is special about the chain.
- **Signed** says how many certificates are in the signature. Notation accepted the chain. Where the Notary Project's specification is
  stricter than Notation is today, or time soon will be, \`notation-azure-kv check\` warns of it.
- Or the first block is the plugin's message, as \`notation sign\` prints it after \`${PREFIX.trim()}\`, and the second one is what
  Notation itself says of the chain, or of the part of it that there is.

The examples sign with the certificate \`${CERTIFICATE_NAME}\` of the vault \`${VAULT_NAME}\`, with files in \`${FOLDER}\`. The certificate's version
\`${VERSION}\`, the key identifier \`${KEY_IDENTIFIER}\` and the time of
signing, noon of 2026-01-01, stand in for those that differ from run to run.
`;

const PARTS: readonly (readonly [title: string, families: readonly ChainFamily[]])[] = [
  ["Finding the chain", SHAPES],
  ["What each certificate must be like", REQUIREMENTS],
];

/** The whole document. Rejects where a chain could not be made. */
export async function composeDocument(outcomes: ChainOutcomes): Promise<string> {
  const contents = PARTS.flatMap(([title, families]) => [
    `- [${title}](#${anchorOf(title)})`,
    ...families.map((family) => `  - [${family.title}](#${anchorOf(family.title)})`),
  ]).join("\n");
  const sections: string[] = [];
  for (const [title, families] of PARTS) {
    sections.push(`## ${title}`);
    for (const family of families) {
      sections.push(await sectionOf(family, outcomes));
    }
  }
  return `${[INTRODUCTION.trimEnd(), contents, ...sections].join("\n\n")}\n`;
}

async function sectionOf(
  { title, introduction, cases }: ChainFamily,
  outcomes: ChainOutcomes,
): Promise<string> {
  const entries: string[] = [];
  for (const chainCase of cases) {
    const outcome = await outcomes.get(chainCase);
    if (outcome === undefined) {
      throw new Error(`this chain was not run: ${chainCase.title}`);
    }
    entries.push(entryOf(chainCase, outcome));
  }
  return [`### ${title}`, introduction, ...entries].join("\n\n");
}

function entryOf(
  { title, end }: ChainCase,
  { specimen, signing, check, reference, verification }: ChainOutcome,
): string {
  const heading = `#### ${title}`;
  if (end.kind === "signed") {
    const { length } = specimen.chain;
    const verified = verification === undefined ? "" : " Verified with its root.";
    const signed = `Signed: ${length === 1 ? "1 certificate" : `${length} certificates`}.${verified}`;
    const warnings = check?.warnings.map(({ problem }) => problem) ?? [];
    const warned = warnings.length === 0 ? "" : ` \`check\` warns:\n\n${block(warnings.join("\n"))}`;
    return `${heading}\n\n${signed}${warned}`;
  }
  const verdict = `Notation itself:\n\n${block(reference.stderr, REFERENCE_PREFIX)}`;
  return `${heading}\n\n${block(signing.stderr, PREFIX)}\n\n${verdict}`;
}

function block(stderr: string, prefix = ""): string {
  return `\`\`\`text\n${stderr.replace(prefix, "").trimEnd()}\n\`\`\``;
}

/** As GitHub makes it of a heading of words. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
