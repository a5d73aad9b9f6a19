/**
 * The emulator for a plugin that runs in this process: the environment is that of a service principal that may sign, and
 * the emulator's authority is trusted as it would be by NODE_EXTRA_CA_CERTS, which the runtime reads at its start alone.
 */
import { readFile } from "node:fs/promises";
import tls from "node:tls";
import { createSetup, type Setup } from "../executable/setup.ts";

export interface InProcessAzure extends Setup {
  /** Closes the emulator, and gives this process its environment back. */
  close(): Promise<void>;
}

/**
 * Each run leaves its connections open, which a process of its own would close by ending: where the other side did not,
 * some thousand runs would take all the files that a process may open.
 */
const TUNNEL_IDLE_MS = 3000;

/** Starts an emulator. Its principal has the permissions of `createSetup`. */
export async function openInProcessAzure(): Promise<InProcessAzure> {
  const setup = await createSetup({ tunnelIdleMs: TUNNEL_IDLE_MS });
  const before = { ...process.env };
  const trustedBefore = tls.getCACertificates("default");
  Object.assign(process.env, setup.env);
  tls.setDefaultCACertificates([...trustedBefore, await readFile(setup.emulator.caFile, "utf8")]);
  return {
    ...setup,
    async close() {
      for (const name of Object.keys(setup.env)) {
        const value = before[name];
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
      tls.setDefaultCACertificates(trustedBefore);
      await setup.emulator.close();
    },
  };
}
