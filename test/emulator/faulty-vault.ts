/** A vault for tests of faults, with one certificate `signer`: each test's faults end with the test. */
import { afterAll, afterEach, beforeAll } from "bun:test";
import { readFileSync } from "node:fs";
import { type RawAnswer, send } from "./client.ts";
import type { Fault, LogEntry } from "./index.ts";
import { openSigningVault, type SigningVault, VERSION } from "./signing-vault.ts";

/** The vault's host. */
export const HOST = "myvault.vault.azure.net";

/** The token endpoint of a virtual machine, which answers 400 without a query. */
export const IMDS = "http://169.254.169.254/metadata/identity/oauth2/token";

/** What a test of faults works with. */
export interface FaultyVault {
  /** The vault and its emulator, once the tests run. */
  site(): SigningVault;
  /** Adds a fault until the test ends, or what is returned is called. */
  add(fault: Fault): () => void;
  /** Sends one GET request to the vault; by default for the certificate, with a token. */
  get(path?: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** The same for the certificate by Bun's own client, through the proxy. */
  fetch(signal?: AbortSignal): Promise<Response>;
  lastEntry(): LogEntry | undefined;
}

/** Opens the vault before the tests of the file that calls this, and closes it after. */
export function useFaultyVault(): FaultyVault {
  let opened: SigningVault | undefined;
  let added: (() => void)[] = [];
  const site = () => {
    if (opened === undefined) {
      throw new Error("the vault opens when the tests run");
    }
    return opened;
  };
  beforeAll(async () => {
    opened = await openSigningVault();
    opened.vault.setAccessPolicy(opened.principal, { certificates: ["get"], secrets: ["get"] });
    await opened.importLeaf("signer", "EC-256");
  });
  afterEach(() => {
    for (const undo of added) {
      undo();
    }
    added = [];
  });
  afterAll(async () => await site().close());
  return {
    site,
    add(fault) {
      const undo = site().emulator.addFault(fault);
      added.push(undo);
      return undo;
    },
    async get(path = "/certificates/signer", headers = site().headers) {
      const { emulator, vault } = site();
      return await send(emulator, `${vault.url}${path}?${VERSION}`, { headers });
    },
    async fetch(signal) {
      const { emulator, vault, headers } = site();
      const tls = { ca: readFileSync(emulator.caFile, "utf8") };
      const options = { headers, proxy: emulator.proxyUrl, tls, ...(signal && { signal }) };
      return await fetch(`${vault.url}/certificates/signer?${VERSION}`, options);
    },
    lastEntry: () => site().emulator.log.at(-1),
  };
}
