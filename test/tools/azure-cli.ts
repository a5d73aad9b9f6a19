/** Installs the Azure CLI into a Python virtual environment: its lock file pins every package by hash. */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const OLDEST_PYTHON = { major: 3, minor: 10 } as const;

/** By which names Python may be installed, the most general first. */
const PYTHON_NAMES = [
  "python3",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python",
];

/** Prints `3.11` and nothing else. */
const PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])";

const WINDOWS = process.platform === "win32";

/** The executable's place in the folder that `installAzureCli` fills: a folder of its own, fit for the PATH. */
export function azureCliExecutable(): string {
  return join("bin", WINDOWS ? "az.cmd" : "az");
}

/**
 * Installs what `requirements.txt` in `source` names into `target`. The scripts that pip writes hold absolute paths,
 * and the folder is renamed when it is complete: so the executable is a launcher of our own, which finds the
 * environment beside itself. It sends no telemetry, whatever the caller's environment says.
 */
export async function installAzureCli(source: string, target: string): Promise<void> {
  const environment = join(target, "venv");
  try {
    await run(await findPython(), ["-m", "venv", environment]);
  } catch (error) {
    throw new Error(
      `No virtual environment could be made for the Azure CLI; on Debian and Ubuntu the package python3-venv is needed: ${outputOf(error)}`,
      { cause: error },
    );
  }
  const python = join(environment, ...PYTHON_OF_ENVIRONMENT);
  const flags = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "--quiet"];
  try {
    await run(
      python,
      ["-Im", "pip", "install", ...flags, "--requirement", join(source, "requirements.txt")],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
  } catch (error) {
    throw new Error(`Installing the Azure CLI failed: ${outputOf(error)}`, { cause: error });
  }
  await mkdir(join(target, "bin"));
  await writeFile(join(target, azureCliExecutable()), WINDOWS ? CMD_LAUNCHER : LAUNCHER, { mode: 0o755 });
}

const PYTHON_OF_ENVIRONMENT = WINDOWS ? ["Scripts", "python.exe"] : ["bin", "python3"];

/** `-I`: neither the caller's PYTHON… variables nor the current folder get between the CLI and its packages. */
const LAUNCHER = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
AZ_INSTALLER=PIP AZURE_CORE_COLLECT_TELEMETRY=0 exec "$here/../venv/bin/python3" -Im azure.cli "$@"
`;

const CMD_LAUNCHER = `@echo off\r
setlocal\r
set AZ_INSTALLER=PIP\r
set AZURE_CORE_COLLECT_TELEMETRY=0\r
"%~dp0..\\venv\\Scripts\\python.exe" -Im azure.cli %*\r
`;

/** The first Python on the PATH that is new enough. */
async function findPython(): Promise<string> {
  for (const name of PYTHON_NAMES) {
    const path = Bun.which(name);
    if (path && (await isNewEnough(path))) {
      return path;
    }
  }
  const { major, minor } = OLDEST_PYTHON;
  throw new Error(
    `Python ${major}.${minor} or newer is not installed: tests run the real Azure CLI, which is written in it. ` +
      "Install Python from https://www.python.org or with the system's package manager (python3 and python3-venv).",
  );
}

async function isNewEnough(python: string): Promise<boolean> {
  try {
    const { stdout } = await run(python, ["-Ic", PRINT_VERSION]);
    const [major = 0, minor = 0] = stdout.trim().split(".").map(Number);
    return major === OLDEST_PYTHON.major && minor >= OLDEST_PYTHON.minor;
  } catch {
    return false; // What answers to the name but does not run, such as Windows' hint to its store.
  }
}

function outputOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && error.stderr) {
    return String(error.stderr).trim();
  }
  return String(error);
}
