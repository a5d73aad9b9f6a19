import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import { COMMANDS } from "./commands.ts";
import { COMMANDS_FOR_PEOPLE } from "./commands-for-people.ts";
import type { Output, Process } from "./process.ts";

const INFORMATION_OPTIONS: ReadonlyMap<string, "help" | "version"> = new Map([
  ["--help", "help"],
  ["-h", "help"],
  ["help", "help"],
  ["--version", "version"],
  ["-v", "version"],
  ["version", "version"],
]);

/**
 * Runs the plugin.
 * @param args the command line's arguments
 * @param edge what of the process it may use
 * @throws PluginError
 */
export async function run(args: readonly string[], edge: Process): Promise<Output> {
  const [name = "--help", ...rest] = args;
  const forPeople = COMMANDS_FOR_PEOPLE.get(name);
  const information = INFORMATION_OPTIONS.get(name) ?? (forPeople && findHelp(rest));
  if (information !== undefined) {
    const { HELP_TEXT, VERSION_TEXT } = await import("./help.ts");
    return { text: information === "help" ? HELP_TEXT : VERSION_TEXT, exitCode: 0 };
  }
  if (forPeople !== undefined) {
    return await forPeople(rest, edge);
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    const names = [...COMMANDS.keys(), ...COMMANDS_FOR_PEOPLE.keys()];
    throw validationError(
      `unknown command ${showValue(name)}; expected one of ${names.join(", ")}, --help, --version`,
    );
  }
  return { text: await command(await edge.readStdin()), exitCode: 0 };
}

/** Whether the command line is a person's, who reads text and not JSON. */
export function isForPeople([name]: readonly string[]): boolean {
  return COMMANDS_FOR_PEOPLE.has(name);
}

function findHelp(args: readonly string[]): "help" | undefined {
  return args.some((arg) => arg === "--help" || arg === "-h") ? "help" : undefined;
}
