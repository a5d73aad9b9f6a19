/** Every command of the docs that people write works: in the order of its document, with the real `az` and `notation`. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { mustRun } from "../e2e/command.ts";
import { type Command, commandsOf, shownFiles } from "./commands.ts";
import { type Outcome, runDocumented } from "./run-command.ts";
import { ARCHIVE, openDesk, startWorld, type World } from "./scene.ts";
import { LOOKED_UP, NOT_RUN } from "./tables.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FILES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].concat(
  [...new Bun.Glob("docs/**/*.md").scanSync(ROOT)].sort(),
);
/** Those that have commands. */
const DOCUMENTS = FILES.flatMap((document) => {
  const markdown = readFileSync(join(ROOT, document), "utf8");
  const commands = commandsOf(markdown);
  return commands.length > 0 ? [{ document, markdown, commands }] : [];
});

let world: World;
const outcomes: { readonly document: string; readonly command: Command; readonly outcome: Outcome }[] = [];

beforeAll(async () => {
  world = await startWorld();
}, 600_000);

afterAll(async () => {
  await world.close();
});

test.each(DOCUMENTS)("the commands of $document work", async ({ document, markdown, commands }) => {
  const desk = await openDesk(world, {
    name: basename(document, ".md").toLowerCase(),
    grants: commands.some(({ text }) => text.startsWith("az keyvault set-policy")),
    grantee: document === "docs/credentials-in-ci.md" ? "workload" : "user",
  });
  for (const [name, text] of shownFiles(markdown)) {
    await writeFile(join(desk.folder, name), text);
  }
  if (!commands.some(({ text }) => text.startsWith("notation plugin install"))) {
    const { folder, environment } = desk;
    const install = ["plugin", "install", "--file", ARCHIVE];
    await mustRun("notation", install, { folder, environment, transcript: [] });
  }
  for (const command of commands) {
    const outcome = await runDocumented(world, desk, command);
    outcomes.push({ document, command, outcome });
  }
});

test("what is not run is known, and no row of the tables is idle", () => {
  const lines = outcomes.flatMap(({ document, command, outcome }) =>
    outcome instanceof Object ? [`${document}:${command.line}: ${command.text}: ${outcome.notRun}`] : [],
  );
  const count = (wanted: Outcome) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  console.log(
    `commands: ${count("run")} run, ${count("looked up")} looked up in az, ${lines.length} not run`,
  );
  for (const line of lines) {
    console.log(`not run: ${line}`);
  }
  const idle = NOT_RUN.filter(([pattern]) => !outcomes.some(({ command }) => pattern.test(command.text)));
  const unused = LOOKED_UP.filter(
    ([name]) => !outcomes.some(({ command }) => command.text.includes(`${name} `)),
  );
  expect([...idle, ...unused]).toEqual([]);
});
