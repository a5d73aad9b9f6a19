import type { Validator } from "../protocol/generated/validators.js";
import { checkRequest, parseRequestJson } from "../protocol/request.ts";
import { encodeResponse } from "../protocol/response.ts";
import * as metadataParts from "./contract/get-plugin-metadata.ts";

/** A command of the plugin contract: from stdin to the line for stdout. */
type Command = (stdin: Uint8Array) => Promise<string>;

/** What a module of `contract/` exports: the schemas of what comes and goes, and what makes the one of the other. */
interface CommandParts<Request, Response> {
  readonly validateRequest: Validator<Request>;
  readonly validateResponse: Validator<Response>;
  /** Loads it: a request that is refused needs no more than its schema. */
  readonly loadAnswer: () => Promise<(request: Request) => Response | Promise<Response>>;
  /** Loads what may know the answer already, and needs nothing of the network for it. */
  readonly loadRecall?: () => Promise<(request: Request) => Response | undefined>;
}

/**
 * The commands of the plugin contract by name. Each loads what it needs, and nothing else, when it is run:
 * start-up is paid three times per signature.
 */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  contractCommand("get-plugin-metadata", async () => metadataParts),
  networkCommand("describe-key", () => import("./contract/describe-key.ts")),
  networkCommand("generate-signature", () => import("./contract/generate-signature.ts")),
]);

function contractCommand<Request, Response>(
  name: string,
  load: () => Promise<CommandParts<Request, Response>>,
  before?: (stdin: Uint8Array) => Promise<string | undefined>,
): [string, Command] {
  const run: Command = async (stdin) => {
    const request = parseRequestJson(stdin);
    const { validateRequest, validateResponse, loadAnswer, loadRecall } = await load();
    const checked = checkRequest(name, validateRequest, request);
    const recall = await loadRecall?.();
    const recalled = recall?.(checked);
    if (recalled !== undefined) {
      return encodeResponse(name, validateResponse, recalled);
    }
    const answered = await before?.(stdin);
    if (answered !== undefined) {
      return answered;
    }
    const answer = await loadAnswer();
    return encodeResponse(name, validateResponse, await answer(checked));
  };
  return [name, run];
}

/** A command that talks to the network: the environment is checked before what does so is loaded. */
function networkCommand<Request, Response>(
  name: string,
  load: () => Promise<CommandParts<Request, Response>>,
): [string, Command] {
  return contractCommand(name, load, async (stdin) => {
    const { checkEnvironment } = await import("../environment/check-environment.ts");
    const runElsewhere = checkEnvironment(process.env);
    return runElsewhere?.(name, stdin);
  });
}
