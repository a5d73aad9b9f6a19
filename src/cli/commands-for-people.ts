import { checkRequest } from "../protocol/request.ts";
import type { Output, Process } from "./process.ts";

/** A command that a person runs, with the arguments after its name. */
type CommandForPeople = (args: readonly string[], edge: Process) => Promise<Output>;

/** The commands that people run, beside those of the plugin contract; their errors are text and not JSON. */
export const COMMANDS_FOR_PEOPLE: ReadonlyMap<string | undefined, CommandForPeople> = new Map([
  ["certs", runCerts],
  ["check", runCheck],
]);

async function runCerts(args: readonly string[]): Promise<Output> {
  const [{ readCertsArguments }, { validateDescribeKeyRequest }] = await Promise.all([
    import("./certs-arguments.ts"),
    import("../protocol/generated/describe-key.request.js"),
  ]);
  const { request, ...options } = readCertsArguments(args);
  const checked = checkRequest("certs", validateDescribeKeyRequest, request);
  // Of a file of CA certificates that cannot be read the runtime itself warns: here nothing else reads stderr.
  const { checkEnvironment } = await import("../environment/check-environment.ts");
  checkEnvironment(process.env);
  const { certs } = await import("../commands/certs.ts");
  return { text: await certs(checked, options), exitCode: 0 };
}

async function runCheck(args: readonly string[], { isTerminal, note }: Process): Promise<Output> {
  const { readCheckArguments } = await import("./check-arguments.ts");
  const { request, output } = readCheckArguments(args);
  const { check } = await import("../check/check.ts");
  const takeBack = output === "text" ? await note("trying what signing needs …") : undefined;
  const report = await check(request, process.env).finally(takeBack);
  const exitCode = report.signs ? 0 : 1;
  if (output === "json") {
    const { reportJson } = await import("../report/report-json.ts");
    return { text: reportJson(report), exitCode };
  }
  const { reportText } = await import("../report/report-text.ts");
  return { text: reportText(report, showsColours(process.env) && (await isTerminal("stdout"))), exitCode };
}

/** https://no-color.org, and terminals that say of themselves that they cannot. */
function showsColours({ NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>): boolean {
  return !NO_COLOR && TERM !== "dumb";
}
