import { checkRequest } from "../protocol/request.ts";

/** A command that a person runs: from the arguments after its name to the text for stdout. */
type CommandForPeople = (args: readonly string[]) => Promise<string>;

/** The commands that people run, beside those of the plugin contract; their errors are text and not JSON. */
export const COMMANDS_FOR_PEOPLE: ReadonlyMap<string | undefined, CommandForPeople> = new Map([
  ["certs", runCerts],
]);

async function runCerts(args: readonly string[]): Promise<string> {
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
  return await certs(checked, options);
}
