/** The whole guide, from the first command to the last, with what it must show. */
import type { LogEntry } from "../emulator/types.ts";
import { callTable } from "./calls.ts";
import {
  installPlugin,
  makeCertificate,
  setAccessPolicy,
  signImage,
  signIn,
  trustTheCa,
  verifyImage,
} from "./guide-steps.ts";
import {
  fallIntoTheTrap,
  followTheError,
  importAsAdministrator,
  signAgain,
  signInTheTrap,
} from "./role-steps.ts";
import { type Scene, setScene } from "./scene.ts";
import { type Refusals, signAsServicePrincipal, signByAzureCli, signWithoutLogin } from "./session-steps.ts";

/** What the guide left behind, for the tests to look at. */
export interface GuideReport {
  /** The transcript, Markdown. */
  readonly markdown: string;
  /** What `notation verify` printed: after the access policy, after the roles. */
  readonly verified: readonly string[];
  /** What the person saw in the trap. */
  readonly trapError: string;
  /** The commands that the error named, as they were run. */
  readonly wayOut: readonly string[];
  readonly refusals: Refusals;
  /** What the emulator logged while images were signed. */
  readonly signingLog: readonly LogEntry[];
}

/** Follows the guide. Throws at the first command that ends in another way than it must. */
export async function followGuide(print: (text: string) => void): Promise<GuideReport> {
  const scene = await setScene(print);
  try {
    return await follow(scene);
  } finally {
    await scene.close();
  }
}

async function follow(scene: Scene): Promise<GuideReport> {
  const { terminal, emulator } = scene;
  const signingLog: LogEntry[] = [];
  const whileSigning = async <T>(sign: () => Promise<T>): Promise<T> => {
    const start = emulator.log.length;
    const result = await sign();
    signingLog.push(...emulator.log.slice(start));
    return result;
  };

  await installPlugin(scene);
  await signIn(scene);
  await makeCertificate(scene);
  await setAccessPolicy(scene);
  await whileSigning(() => signImage(scene));
  await trustTheCa(scene);
  const byPolicy = await verifyImage(scene);

  await importAsAdministrator(scene);
  await fallIntoTheTrap(scene);
  const trapError = await whileSigning(() => signInTheTrap(scene));
  const wayOut = await followTheError(scene, trapError);
  await whileSigning(() => signAgain(scene));
  const byRole = await verifyImage(scene);

  await whileSigning(() => signByAzureCli(scene));
  await whileSigning(() => signAsServicePrincipal(scene));
  const refusals = await signWithoutLogin(scene);

  terminal.step(
    "What Azure was asked for",
    "Tokens, and calls to the vaults, by `az` and the plugin together.",
  );
  terminal.remark(callTable(emulator.log));
  return {
    markdown: terminal.markdown(),
    verified: [byPolicy, byRole],
    trapError,
    wayOut,
    refusals,
    signingLog,
  };
}
