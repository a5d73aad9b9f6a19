/** One command of a document: run, looked up in `az`, or known not to be run. */
import { join } from "node:path";
import { type CommandResult, runCommand } from "../e2e/command.ts";
import type { Command } from "./commands.ts";
import { ARCHIVE, answerRequests, type Desk, sha256, type World } from "./scene.ts";
import { LOOKED_UP, NOT_RUN } from "./tables.ts";

/** What became of a command. */
export type Outcome = "run" | "looked up" | { readonly notRun: string };

/** Throws, with what was printed, for a command that fails, or that has an unknown placeholder. */
export async function runDocumented(world: World, desk: Desk, command: Command): Promise<Outcome> {
  const notRun = NOT_RUN.find(([pattern]) => pattern.test(command.text));
  if (notRun !== undefined) {
    return { notRun: notRun[1] };
  }
  const found = LOOKED_UP.find(([name]) => new RegExp(`^(?:\\w+=\\$\\()?${name} `).test(command.text));
  if (found !== undefined) {
    await lookUp(world, desk, command, found);
    return "looked up";
  }
  const text = await fill(command, world, desk);
  // A managed identity is a matter of the machine, and not of what is entered.
  const machine = text.includes("credential_type=managedid") ? world.machine.environment : {};
  const environment = { ...desk.environment, ...machine };
  mustSucceed(await enter({ ...desk, environment }, text), command);
  await answerRequests(world, desk);
  return "run";
}

/** Variables live on from one command to the next, as in a terminal: in a file. */
async function enter({ folder, environment }: Desk, text: string): Promise<CommandResult> {
  const script = `set -a; [ ! -f .variables ] || . ./.variables; trap 'export -p > .variables' EXIT\n${text}`;
  const options = { folder, environment, transcript: [] };
  return await runCommand("bash", ["-e", "-o", "pipefail", "-c", script], options);
}

function mustSucceed({ exitCode, stdout, stderr }: CommandResult, { text, line }: Command): void {
  if (exitCode !== 0) {
    throw new Error(`line ${line}: exit code ${exitCode} from: ${text}\n${stdout}${stderr}`);
  }
}

/** The command must be one of `az`, and have each option that it is given. */
async function lookUp(
  { environment, folder }: World,
  desk: Desk,
  command: Command,
  [name, output]: readonly [string, string],
): Promise<void> {
  const help = await runCommand("az", [...name.split(" ").slice(1), "--help"], {
    environment,
    folder,
    transcript: [],
  });
  mustSucceed(help, command);
  const options = command.text.replace(/"[^"]*"/g, "").match(/(?<=\s)--[a-z][a-z-]*/g) ?? [];
  const unknown = options.filter((option) => !new RegExp(`(?<=\\s)${option}(?=[\\s:])`).test(help.stdout));
  if (unknown.length > 0) {
    throw new Error(`line ${command.line}: ${name} has no ${unknown.join(", ")}`);
  }
  const variable = /^(?<variable>\w+)=/.exec(command.text)?.groups?.["variable"];
  if (variable !== undefined) {
    mustSucceed(await enter(desk, `${variable}=${output}`), command);
  }
}

/** The one table of what placeholders stand for. */
async function fill({ text, line }: Command, world: World, desk: Desk): Promise<string> {
  const { workload, application, assigned } = world;
  const principal = text.includes("AZURE_CLIENT_CERTIFICATE_PATH") ? application : workload;
  const values: Readonly<Record<string, string>> = {
    "<registry>/<repository>@<digest>": desk.image,
    "<vault>": desk.vault.name,
    "<certificate>": "signer",
    "<new certificate>": "example",
    "<key identifier>": desk.keyIdentifier,
    "<object id>": desk.grantee.objectId,
    "<tenant id>": world.emulator.tenantId,
    "<client id>": principal.appId,
    "<client id of the identity>": assigned.appId,
    "<token file>": workload.environment["AZURE_FEDERATED_TOKEN_FILE"] ?? "",
    "<client certificate file>": application.environment["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "",
    "<sha256>": await sha256(join(desk.folder, ARCHIVE)),
  };
  const filled = Object.entries(values).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const [unknown] = /(?<!<)<[a-zA-Z][^<>\n]*>/.exec(filled) ?? [];
  if (unknown !== undefined) {
    throw new Error(`line ${line}: nothing is known to put in the place of ${unknown}`);
  }
  return filled;
}
