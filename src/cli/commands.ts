import {
  type Validator,
  validateDescribeKeyRequest,
  validateDescribeKeyResponse,
  validateGenerateSignatureRequest,
  validateGenerateSignatureResponse,
  validateGetPluginMetadataRequest,
  validateGetPluginMetadataResponse,
} from "../protocol/generated/validators.js";
import { checkRequest } from "../protocol/request.ts";
import { encodeResponse } from "../protocol/response.ts";

/** A command of the plugin contract: from the request's JSON to the line for stdout. */
type Command = (request: object) => Promise<string>;

/**
 * The commands of the plugin contract by name. Each loads what it needs, and nothing else, when it is run:
 * start-up is paid three times per signature.
 */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  contractCommand(
    "get-plugin-metadata",
    validateGetPluginMetadataRequest,
    validateGetPluginMetadataResponse,
    async () => (await import("../commands/get-plugin-metadata.ts")).getPluginMetadata,
  ),
  networkCommand(
    "describe-key",
    validateDescribeKeyRequest,
    validateDescribeKeyResponse,
    async () => (await import("../commands/describe-key.ts")).describeKey,
  ),
  networkCommand(
    "generate-signature",
    validateGenerateSignatureRequest,
    validateGenerateSignatureResponse,
    async () => (await import("../commands/generate-signature.ts")).generateSignature,
  ),
]);

type Load<Request, Response> = () => Promise<(request: Request) => Response | Promise<Response>>;

function contractCommand<Request, Response>(
  name: string,
  validateRequest: Validator<Request>,
  validateResponse: Validator<Response>,
  load: Load<Request, Response>,
): [string, Command] {
  const run: Command = async (request) => {
    const checked = checkRequest(name, validateRequest, request);
    const answer = await load();
    return encodeResponse(name, validateResponse, await answer(checked));
  };
  return [name, run];
}

/** A command that talks to the network: the environment is checked before what does so is loaded. */
function networkCommand<Request, Response>(
  name: string,
  validateRequest: Validator<Request>,
  validateResponse: Validator<Response>,
  load: Load<Request, Response>,
): [string, Command] {
  const [, run] = contractCommand(name, validateRequest, validateResponse, load);
  const runChecked: Command = async (request) => {
    checkRequest(name, validateRequest, request);
    const { checkEnvironment } = await import("../environment/check-environment.ts");
    const runElsewhere = checkEnvironment(process.env);
    return runElsewhere === undefined ? await run(request) : runElsewhere(name, request);
  };
  return [name, runChecked];
}
