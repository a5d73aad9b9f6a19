import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import { parseRequestJson } from "../protocol/request.ts";
import { COMMANDS } from "./commands.ts";

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
 * @param readStdin reads stdin to its end; called only for a command that takes a request
 * @returns the text for stdout
 * @throws PluginError
 */
export async function run(args: readonly string[], readStdin: () => Promise<Uint8Array>): Promise<string> {
  const [name = "--help"] = args;
  const information = INFORMATION_OPTIONS.get(name);
  if (information !== undefined) {
    const { HELP_TEXT, VERSION_TEXT } = await import("./help.ts");
    return information === "help" ? HELP_TEXT : VERSION_TEXT;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    throw validationError(
      `unknown command ${showValue(name)}; expected one of ${[...COMMANDS.keys()].join(", ")}, --help, --version`,
    );
  }
  return command(parseRequestJson(await readStdin()));
}
