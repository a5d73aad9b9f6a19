/** Makes one fault real, signs, and notes what came of it. */
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import type { CommandResult } from "../e2e/command.ts";
import { runSign } from "../e2e/signing.ts";
import type { Stage } from "../e2e/stage.ts";
import type { LogEntry } from "../emulator/types.ts";
import { problemsOf, runCheck } from "../executable/run-check.ts";
import {
  answerOf,
  type RunOptions,
  refusalOf,
  type Refusal as ToldRefusal,
} from "../executable/run-plugin.ts";
import { describeRequest, signRequest } from "../executable/signing.ts";
import type { End, FaultCase, FaultySigning, Refusal } from "./fault-case.ts";
import type { FaultStage } from "./fault-stage.ts";
import { withStandIns } from "./stand-ins.ts";
import { openWorld, type World } from "./world.ts";

/** What came of a fault, with stand-ins for what differs by chance. */
export interface FaultOutcome {
  /** What the executable said, run directly; undefined where it did not refuse. */
  readonly direct: ToldRefusal | undefined;
  readonly signing: CliResult;
  /** What `check` says of the same fault; undefined where the fault would be used up by it. */
  readonly check: CheckOutcome | undefined;
  readonly verification: CliResult;
  /** How often the plugin asked again: in the command that refused, or where none did in all of `notation sign`. */
  readonly retries: number;
  /** What must appear nowhere. */
  readonly secrets: readonly string[];
}

type CliResult = Omit<CommandResult, "command">;

interface CheckOutcome {
  readonly exitCode: number;
  readonly stderr: string;
  /** Undefined where it made no report. */
  readonly problems: CheckReport["problems"] | undefined;
}

/** The whole of what the person types and has in the environment. */
interface SigningRequest {
  readonly id: string;
  readonly pluginConfig: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs one fault in an Azure of its own: the executable directly, `notation sign`, `notation verify`. */
export async function runFault(faultStage: FaultStage, fault: FaultCase): Promise<FaultOutcome> {
  const { stage, verifier, certificates } = faultStage;
  const start = Date.now();
  const world = await openWorld(stage.options.folder, certificates, fault.options);
  try {
    const image = await stage.pushImage();
    const request = requestOf(stage, world, await fault.prepare(world));
    const { log } = world.emulator;
    const before = log.length;
    const direct = await runDirectly(stage, request, fault.end);
    const between = log.length;
    const { id, pluginConfig, environment } = request;
    const signing = await runSign(stage, image, {
      principal: { ...world.principal, environment },
      id,
      pluginConfig,
    });
    const check =
      fault.end.kind === "refused" ? await runCheck(id, pluginConfig, optionsOf(stage, request)) : undefined;
    const counted = direct === undefined ? log.slice(between) : log.slice(before, between);
    const standIn = (text: string) =>
      withStandIns(text, { world, sharedFolder: stage.options.folder, image, start });
    return {
      direct: direct && { ...direct, errorMessage: standIn(direct.errorMessage) },
      signing: withTexts(signing, standIn),
      check: check && {
        exitCode: check.exitCode,
        stderr: standIn(check.stderr),
        problems: check.report && problemsOf(check.report, standIn),
      },
      verification: withTexts(await verifier.run(["verify", image]), standIn),
      retries: retriesIn(counted, fault.end) || toldRetries(direct),
      secrets: secretsIn(environment),
    };
  } catch (error) {
    throw new Error(`this fault could not be made or told: ${fault.title}`, { cause: error });
  } finally {
    await world.close();
  }
}

function requestOf(
  stage: Stage,
  { emulator, principal, signer }: World,
  { id = signer.keyId, pluginConfig, environment }: FaultySigning,
): SigningRequest {
  const entries = Object.entries({ credential_type: "environment", ...pluginConfig });
  return {
    id,
    pluginConfig: Object.fromEntries(entries.flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
    environment: {
      ...emulator.environment,
      // By this Notation trusts the registry; the plugin trusts the emulator by NODE_EXTRA_CA_CERTS.
      SSL_CERT_FILE: stage.emulator.caFile,
      ...principal.environment,
      ...environment,
    },
  };
}

/**
 * Runs the commands that Notation runs, without Notation, up to the one that refuses. Throws where the executable does
 * not keep the contract. What is survived would be used up by it, and is left to Notation.
 */
async function runDirectly(
  stage: Stage,
  request: SigningRequest,
  end: End,
): Promise<ToldRefusal | undefined> {
  const { id, pluginConfig } = request;
  const options = optionsOf(stage, request);
  const toDescribe = describeRequest(id, pluginConfig);
  const toSign = signRequest(id, "EC-256", pluginConfig);
  switch (end.kind) {
    case "survived":
      return undefined;
    case "refused":
      return await runToRefusal(end.by ?? "describe-key", toDescribe, toSign, options);
  }
}

function optionsOf({ options: { folder } }: Stage, { environment }: SigningRequest): RunOptions {
  return { env: { HOME: folder, ...environment }, cwd: folder };
}

async function runToRefusal(
  by: NonNullable<Refusal["by"]>,
  toDescribe: object,
  toSign: object,
  options: RunOptions,
): Promise<ToldRefusal> {
  if (by === "get-plugin-metadata") {
    return await refusalOf([by], {}, options);
  }
  if (by === "describe-key") {
    return await refusalOf([by], toDescribe, options);
  }
  await answerOf("describe-key", toDescribe, options);
  return await refusalOf([by], toSign, options);
}

function withTexts({ exitCode, stdout, stderr }: CommandResult, change: (text: string) => string): CliResult {
  return { exitCode, stdout: change(stdout), stderr: change(stderr) };
}

/**
 * A request that went wrong was sent again, unless it was the last one and the plugin gave up. The first tunnel is asked for
 * ahead of any request, and is the first request's, unless it was refused.
 */
function retriesIn(log: readonly LogEntry[], { kind }: End): number {
  const faulty = log.filter(({ fault, status }) => fault !== undefined || status === 429 || status >= 500);
  const ahead = faulty.some(({ method, fault }) => method === "CONNECT" && fault !== "stall") ? 1 : 0;
  const attempts = faulty.length - ahead;
  return kind === "refused" ? Math.max(0, attempts - 1) : attempts;
}

/** As the message says it: a proxy that refuses connections is none of the emulator's. */
function toldRetries(direct: ToldRefusal | undefined): number {
  const [, asked = "1"] = /\(asked (\d+) times\)/.exec(direct?.errorMessage ?? "") ?? [];
  return Number(asked) - 1;
}

function secretsIn({ AZURE_CLIENT_SECRET, HTTPS_PROXY = "" }: Readonly<Record<string, string>>): string[] {
  const password = /:\/\/[^:]+:(.+)@/.exec(HTTPS_PROXY)?.[1];
  return [AZURE_CLIENT_SECRET, password].flatMap((secret) => (secret ? [secret] : []));
}
