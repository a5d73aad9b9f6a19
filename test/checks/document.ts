/** The scenes as a Markdown document, and one of them as a picture of the terminal. */

import type { SceneOutcome } from "./run-scene.ts";
import type { Scene } from "./scene.ts";
import { SCENES } from "./scene.ts";
import { pictureOf } from "./terminal-picture.ts";

/** Where the document and the picture are, in the project. */
export const DOCUMENT = "docs/check.md";
export const PICTURE = "docs/check.svg";

/** The scene of the picture: something right, something wrong, and a fix. */
const PICTURED = "`secrets get` is missing";

/** The outcome of each scene. */
export type SceneOutcomes = ReadonlyMap<Scene, Promise<SceneOutcome>>;

const INTRODUCTION = `# Check, before the pipeline runs

One command tries all that signing with a key needs, as whoever runs it and from where it is run:

\`\`\`sh
plugin=~/.config/notation/plugins/azure-kv/notation-azure-kv
$plugin check --id <key identifier>
\`\`\`

It says at once what is right and what is wrong, and with each problem the command that mends it. It walks the same way as \`notation sign\`, in the same program, and does not stop at the
first fault. (On macOS Notation keeps the program in \`~/Library/Application Support/notation/plugins/azure-kv\`, on Windows in
\`%AppData%\\notation\\plugins\\azure-kv\`.)

![check at a terminal: of the permissions one is missing](check.svg)

| part | what is tried |
|---|---|
| Network | DNS, the proxy if there is one, and TLS, to the vault, and to Entra ID where the plugin itself asks it: who issued the server's certificate tells of proxies that inspect TLS |
| Credential | an access token: by which credential, and who it is. Of the default chain, which credential of it |
| Permissions | each call that this plugin can make, and whether signing needs it with this certificate and these options: what is granted and not needed can be taken away |
| Certificate chain | each certificate from leaf to root: the Notary Project's requirements, and the days that are left |
| Test signature | the vault signs a sentence of the plugin's own, which is no signature of any image, and the leaf verifies it |
| Cost | the time, and the round trips that it took |

- **The exit code** is 0 only if signing would work, also with warnings; else it is 1. What can be signed today and should be seen to all the
  same is a warning: a certificate that expires within 30 days, a newer version that the vault has of such a one, what the Notary Project's
  specification forbids and Notation accepts, a clock that is wrong.
- **The options** are those of signing: \`--plugin-config <key>=<value>\`, as often as needed. A signing that works with them checks with them.
  Only \`timeout\` is the time of all that is tried together, where signing has it for each of the plugin's two calls.
- **To verify:** where signing works, it prints the root certificate, and the trust policy with the leaf's subject, as lines to paste into
  a shell (on Windows, Git Bash). The policy is at level strict: of certificates that name a CRL or OCSP, Notation asks there, and needs a way to it.
- **For programs:** \`--output json\` prints one line of JSON, whose schema is
  [schemas/check.report.schema.json](../schemas/check.report.schema.json). \`signs\` is the verdict, \`problems\` has the plugin contract's error codes.
- **Colours** are for terminals alone; \`NO_COLOR=1\` turns them off (https://no-color.org).
- **It leaves traces** in the vault's log, as each call does: a refused call where a permission is missing, and where \`secrets get\` is granted and
  not needed, a secret that was read. Of what it read it keeps nothing.

In a pipeline, a step of its own before the build tells early what would fail late:

\`\`\`sh
~/.config/notation/plugins/azure-kv/notation-azure-kv check --id <key identifier> --plugin-config credential_type=azurecli
\`\`\`

Below is what it prints of ${SCENES.length} cases. Each was made on servers that stand in for Azure's; \`notation sign\` was run on each as well, and agreed. This
document is what \`npm run checks -- ${DOCUMENT}\` printed, and is not written by hand. Ids, dates, times and the certificate's base64
stand in for those that differ from run to run.
`;

/** The whole document. Rejects where a scene could not be made. */
export async function composeDocument(outcomes: SceneOutcomes): Promise<string> {
  const sections = await Promise.all(
    SCENES.map(async (scene) => sectionOf(scene, await outcomeOf(outcomes, scene))),
  );
  return `${[INTRODUCTION.trimEnd(), ...sections].join("\n\n")}\n`;
}

/** The picture, as SVG. */
export async function composePicture(outcomes: SceneOutcomes): Promise<string> {
  const scene = SCENES.find(({ title }) => title === PICTURED);
  if (scene === undefined) {
    throw new Error(`there is no scene "${PICTURED}"`);
  }
  const { typed, atTerminal } = await outcomeOf(outcomes, scene);
  return pictureOf(`check at a terminal: ${PICTURED}`, `$ notation-azure-kv ${typed}\n${atTerminal.text}`);
}

/** The outcome of a scene. Throws where it was not run. */
export async function outcomeOf(outcomes: SceneOutcomes, scene: Scene): Promise<SceneOutcome> {
  const outcome = await outcomes.get(scene);
  if (outcome === undefined) {
    throw new Error(`this scene was not run: ${scene.title}`);
  }
  return outcome;
}

function sectionOf({ title, remark }: Scene, { typed, piped, signing }: SceneOutcome): string {
  const shown = `\`\`\`console\n$ notation-azure-kv ${typed}\n${piped.text.trimEnd()}\n$ echo $?\n${piped.exitCode}\n\`\`\``;
  const agreed = signing.exitCode === 0 ? "signed" : "refused";
  return `## ${title}\n\n${remark}\n\n${shown}\n\n\`notation sign\` ${agreed}.`;
}
