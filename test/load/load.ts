/** Many signings at once against a vault that takes only so many calls: what came of them, and how long it took. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Throttle } from "../emulator/types.ts";
import { type PluginRun, runPlugin } from "../executable/run-plugin.ts";
import { createSetup, type Setup } from "../executable/setup.ts";
import { signRequest } from "../executable/signing.ts";
import { type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { isRightlySigned } from "../property/verification.ts";

export interface LoadOptions {
  readonly signings: number;
  /** How many processes at the same time. */
  readonly concurrency: number;
  readonly throttle: Throttle;
}

/** What came of a load. */
export interface LoadFigures {
  /** Each with the signature of its own payload, by the leaf's key, and with the whole chain. */
  readonly right: number;
  readonly wrong: number;
  /** Refused; the errors are in `errors`. */
  readonly lost: number;
  readonly errors: readonly string[];
  /** Requests that the vault answered, challenges among them. */
  readonly requests: number;
  /** Those of them that it answered 429. */
  readonly throttled: number;
  /** How often the plugin says in its log that it asks again because it was throttled. */
  readonly retries: number;
  readonly seconds: number;
  /** Of one signing, from the start of its process to its end. */
  readonly medianMs: number;
  readonly worstMs: number;
}

/** The load that `npm run load` and the test put on the vault. */
export const LOAD: Omit<LoadOptions, "throttle"> = { signings: 200, concurrency: 20 };

/** A vault that lets 20 calls through in a second, ten signings' worth, and says or does not say when to come again. */
export const THROTTLES: readonly (readonly [name: string, throttle: Throttle])[] = [
  ["without Retry-After", { calls: 10, windowMs: 500 }],
  ["with Retry-After", { calls: 10, windowMs: 500, retryAfter: 1 }],
];

interface Signing {
  readonly outcome: "right" | "wrong" | "lost";
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Signs, and counts. */
export async function runLoad({ signings, concurrency, throttle }: LoadOptions): Promise<LoadFigures> {
  const [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "load-"))]);
  try {
    const leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
    const { privateKey, chain } = leaf;
    const { keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain });
    const logFile = join(folder, "plugin.log");
    const env = { ...setup.env, NOTATION_AZURE_KV_LOG: logFile };
    setup.vault.setThrottle(throttle);
    const start = performance.now();
    const ended: Signing[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < signings) {
        next += 1;
        ended.push(await signOnce(keyId, leaf, Buffer.from(`payload ${next}`), env));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    const seconds = (performance.now() - start) / 1000;
    return { ...figuresOf(ended), ...vaultFiguresOf(setup), seconds, retries: await countRetries(logFile) };
  } finally {
    await setup.emulator.close();
    await rm(folder, { recursive: true });
  }
}

/** One line a figure. */
export function describeFigures(figures: LoadFigures): string {
  const { right, wrong, lost, errors, requests, throttled, retries, seconds, medianMs, worstMs } = figures;
  return [
    `signings: ${right} right, ${wrong} wrong, ${lost} lost`,
    `requests to the vault: ${requests}, of them answered 429: ${throttled}; asked again: ${retries}`,
    `wall time: ${seconds.toFixed(1)} s; one signing: median ${Math.round(medianMs)} ms, worst ${Math.round(worstMs)} ms`,
    ...errors,
  ].join("\n");
}

async function signOnce(
  keyId: string,
  leaf: IssuedCertificate,
  payload: Buffer,
  env: Readonly<Record<string, string>>,
): Promise<Signing> {
  const request = { ...signRequest(keyId, "EC-256"), payload: payload.toString("base64") };
  const start = performance.now();
  const run = await runPlugin(["generate-signature"], JSON.stringify(request), { env });
  return {
    outcome: outcomeOf(run, keyId, payload, leaf),
    stderr: run.stderr,
    milliseconds: performance.now() - start,
  };
}

function outcomeOf(
  { exitCode, stdout, stderr }: PluginRun,
  keyId: string,
  payload: Buffer,
  { chain }: IssuedCertificate,
): Signing["outcome"] {
  if (exitCode !== 0) {
    return "lost";
  }
  const response = JSON.parse(stdout);
  return stderr === "" && response.keyId === keyId && isRightlySigned(response, payload, chain)
    ? "right"
    : "wrong";
}

function figuresOf(ended: readonly Signing[]) {
  const count = (wanted: Signing["outcome"]): number =>
    ended.filter(({ outcome }) => outcome === wanted).length;
  const times = ended.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    right: count("right"),
    wrong: count("wrong"),
    lost: count("lost"),
    errors: ended.filter(({ outcome }) => outcome === "lost").map(({ stderr }) => stderr),
    medianMs: times[times.length >> 1] ?? 0,
    worstMs: times.at(-1) ?? 0,
  };
}

function vaultFiguresOf({ emulator, vault }: Setup) {
  const { host } = new URL(vault.url);
  const entries = emulator.log.filter((entry) => entry.host === host);
  return { requests: entries.length, throttled: entries.filter(({ status }) => status === 429).length };
}

async function countRetries(logFile: string): Promise<number> {
  const log = await readFile(logFile, "utf8");
  return log.split("\n").filter((line) => /: throttled, asking again in \d+ ms/.test(line)).length;
}
