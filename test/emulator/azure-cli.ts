/** The real Azure CLI beside an emulator: the environment it needs, and running it. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { provideTool } from "../tools/index.ts";
import type { Emulator, Principal } from "./types.ts";

/** How a command of the Azure CLI ended. */
export interface AzResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** Messages, warnings and errors of the CLI. */
  readonly stderr: string;
}

/** The Azure CLI with a configuration of its own: one person's terminal. */
export interface Az {
  /** What a process needs in its environment to run `az` by name and meet the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command to its end, whatever that is. */
  try(...args: readonly string[]): Promise<AzResult>;
  /** Runs a command that must succeed; resolves to what it printed, without the line's end. */
  run(...args: readonly string[]): Promise<string>;
}

/** `az login …` of a service principal, by the secret or the certificate that it was made with. */
export function loginArguments({ appId, environment }: Principal): readonly string[] {
  const certificate = environment["AZURE_CLIENT_CERTIFICATE_PATH"];
  const credential =
    certificate === undefined
      ? ["-p", environment["AZURE_CLIENT_SECRET"] ?? ""]
      : ["--certificate", certificate];
  const tenant = ["--tenant", environment["AZURE_TENANT_ID"] ?? ""];
  return ["login", "--service-principal", "-u", appId, ...credential, ...tenant];
}

/** Prepares `configFolder` and provides the real `az`. `extra` goes into its environment. */
export async function createAz(
  emulator: Emulator,
  configFolder: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Az> {
  const environment = { ...(await azEnvironment(emulator, configFolder)), ...extra };
  const az = await provideTool("az");
  const attempt = async (...args: readonly string[]) => await execute(az, args, environment);
  return {
    environment,
    try: attempt,
    async run(...args) {
      const { exitCode, stdout, stderr } = await attempt(...args);
      if (exitCode !== 0) {
        throw new Error(`az ${args.slice(0, 3).join(" ")} … ended with ${exitCode}: ${stderr}`);
      }
      return stdout.trim();
    },
  };
}

/**
 * What a process needs in its environment to run `az` by name against the emulator. The folder is made, and keeps
 * the CLI's configuration: who is signed in, and that it need not ask the network for its newest version.
 */
export async function azEnvironment(
  emulator: Emulator,
  configFolder: string,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(configFolder, { recursive: true });
  const versionCheck = { versions: await pinnedVersions(), update_time: "9000-01-01 00:00:00.000000" };
  await writeFile(join(configFolder, "versionCheck.json"), JSON.stringify(versionCheck));
  const { PATH = "", HOME = "" } = process.env;
  return {
    ...emulator.environment,
    PATH: [dirname(await provideTool("az")), PATH].join(process.platform === "win32" ? ";" : ":"),
    HOME,
    AZURE_CONFIG_DIR: configFolder,
    AZURE_CORE_COLLECT_TELEMETRY: "0",
    AZURE_CORE_NO_COLOR: "1",
    AZURE_CORE_LOGIN_EXPERIENCE_V2: "off",
  };
}

/** The versions of the CLI's own packages, as it remembers them. */
async function pinnedVersions(): Promise<Readonly<Record<string, { readonly local: string }>>> {
  const lock = await readFile(join(import.meta.dirname, "..", "tools", "az", "requirements.txt"), "utf8");
  const version = (name: string) => ({ local: new RegExp(`^${name}==(\\S+)`, "m").exec(lock)?.[1] ?? "" });
  return {
    "azure-cli": version("azure-cli"),
    core: version("azure-cli-core"),
    telemetry: version("azure-cli-telemetry"),
  };
}

async function execute(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<AzResult> {
  return await new Promise((resolve) => {
    execFile(path, [...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}
