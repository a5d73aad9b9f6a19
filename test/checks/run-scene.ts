/** Sets one scene up, and checks it in every way that a person may: by a pipe, at a terminal, as JSON; then signs. */
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import type { CommandResult } from "../e2e/command.ts";
import { runSign } from "../e2e/signing.ts";
import { keyArguments, problemsOf, runCheck } from "../executable/run-check.ts";
import { executable, runPlugin } from "../executable/run-plugin.ts";
import type { FaultStage } from "../faults/fault-stage.ts";
import { openWorld, type World } from "../faults/world.ts";
import type { Scene } from "./scene.ts";
import { createStandIns } from "./stand-ins.ts";
import { runAtTerminal } from "./terminal.ts";

/** What came of a scene, with stand-ins for what differs by chance. */
export interface SceneOutcome {
  /** What the person typed after the plugin's name. */
  readonly typed: string;
  /** By a pipe. */
  readonly piped: Printed;
  readonly atTerminal: Printed;
  readonly atTerminalWithoutColours: Printed;
  readonly report: CheckReport | undefined;
  readonly signing: Pick<CommandResult, "exitCode" | "stderr">;
}

interface Printed {
  readonly exitCode: number;
  readonly text: string;
}

/** Runs one scene in an Azure of its own. Rejects where it could not be made. */
export async function runScene({ stage, certificates }: FaultStage, scene: Scene): Promise<SceneOutcome> {
  const start = Date.now();
  const { folder } = stage.options;
  const world = await openWorld(folder, certificates, scene.fault?.options);
  try {
    const image = await stage.pushImage();
    const faulty = (await scene.fault?.prepare(world)) ?? {};
    const id = faulty.id ?? world.signer.keyId;
    const pluginConfig = definedOf({ credential_type: "environment", ...faulty.pluginConfig });
    const environment = environmentOf(world, faulty.environment);
    const args = ["check", ...keyArguments(id, pluginConfig)];
    const terminal = {
      PATH: process.env["PATH"] ?? "",
      TERM: "xterm-256color",
      HOME: folder,
      ...environment,
    };
    const version = new URL(id).pathname.split("/").at(-1) ?? "";
    const standIn = createStandIns({
      world: { ...world, signer: { ...world.signer, version } },
      sharedFolder: folder,
      image,
      start,
    });
    const printed = ({ exitCode, text }: Printed): Printed => ({ exitCode, text: standIn(text) });
    const piped = await runPlugin(args, "", { env: { HOME: folder, ...environment }, cwd: folder });
    const { report } = await runCheck(id, pluginConfig, {
      env: { HOME: folder, ...environment },
      cwd: folder,
    });
    const command = [...executable, ...args];
    const colourful = await runAtTerminal(command, terminal, folder);
    const plain = await runAtTerminal(command, { ...terminal, NO_COLOR: "1" }, folder);
    const principal = {
      ...world.principal,
      environment: { ...environment, SSL_CERT_FILE: stage.emulator.caFile },
    };
    const { exitCode, stderr } = await runSign(stage, image, { principal, id, pluginConfig });
    return {
      typed: standIn(args.join(" ")),
      piped: printed({ exitCode: piped.exitCode, text: piped.stdout }),
      atTerminal: printed(colourful),
      atTerminalWithoutColours: printed(plain),
      report: report && { ...report, problems: problemsOf(report, standIn) },
      signing: { exitCode, stderr: standIn(stderr) },
    };
  } catch (error) {
    throw new Error(`this scene could not be made or told: ${scene.title}`, { cause: error });
  } finally {
    await world.close();
  }
}

function environmentOf(
  { emulator, principal }: World,
  changes: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...emulator.environment, ...principal.environment, ...changes };
}

function definedOf(entries: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
