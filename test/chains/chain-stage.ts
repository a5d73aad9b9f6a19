/** What all chains share: Azure with one vault, the registry, and a CLI with the plugin and the reference plugin. */
import { join } from "node:path";
import { succeeded } from "../e2e/command.ts";
import { openStage, type Stage } from "../e2e/stage.ts";
import type { Principal, Vault } from "../emulator/types.ts";
import type { ChainCase } from "./chain-case.ts";
import { type ChainOutcome, runChain } from "./run-chain.ts";

export interface ChainStage {
  readonly stage: Stage;
  readonly vault: Vault;
  /** May sign with what is in the vault, and nothing more. */
  readonly principal: Principal;
  /** The image that all try to sign whose chain is to be refused: no signature may ever be there. */
  readonly unsignedImage: string;
}

/** The outcome of each case, as soon as it is there. */
export type ChainOutcomes = ReadonlyMap<ChainCase, Promise<ChainOutcome>>;

export const VAULT_NAME = "myvault";

/** Each keeps the processor busy but for the time that programs take to start. */
const AT_ONCE = 4;

/** Whoever calls it closes the stage. */
export async function openChainStage(): Promise<ChainStage> {
  const stage = await openStage();
  try {
    const plugin = await buildReferencePlugin(stage.options.folder);
    succeeded(await stage.signer.run(["plugin", "install", "--file", plugin]));
    const vault = stage.emulator.createVault(VAULT_NAME);
    const principal = await stage.emulator.createServicePrincipal("client-secret");
    vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
    return { stage, vault, principal, unsignedImage: await stage.pushImage() };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** Begins to run the cases, a few at once, in their order. */
export function startChains(chainStage: ChainStage, cases: readonly ChainCase[]): ChainOutcomes {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  return new Map(
    cases.map((chainCase, index) => {
      const lane = index % AT_ONCE;
      const outcome = Promise.resolve(lanes[lane]).then(() =>
        runChain(chainStage, chainCase, `signer-${index}`),
      );
      // Whoever asks for the outcome is told of a failure; the lane goes on.
      lanes[lane] = outcome.catch(() => undefined);
      return [chainCase, outcome];
    }),
  );
}

/** Notation installs executables: a script would not do on every system. Returns the path. */
async function buildReferencePlugin(folder: string): Promise<string> {
  const name = `notation-reference${process.platform === "win32" ? ".exe" : ""}`;
  const outfile = join(folder, name);
  const entrypoints = [join(import.meta.dirname, "reference-plugin.ts")];
  await Bun.build({ entrypoints, compile: { outfile }, minify: true, bytecode: true });
  return outfile;
}
