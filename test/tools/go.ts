/** Builds a program from a Go module that requires it: `go.sum` pins every byte of its source. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface GoTool {
  /** The main package. */
  readonly package: string;
  /** The module that the package is in; its version is the tool's. */
  readonly module: string;
  readonly linkerFlags?: string;
}

/** Builds into `executable`. The folder `source` holds go.mod and go.sum. */
export async function buildGoTool(
  title: string,
  tool: GoTool,
  source: string,
  executable: string,
): Promise<void> {
  const go = Bun.which("go");
  if (!go) {
    const wanted = (await readFile(join(source, "go.mod"), "utf8")).match(/^go (\S+)$/m)?.[1];
    throw new Error(
      `Go ${wanted} or newer is not installed: tests run the official ${title}, which is ` +
        "built from source. Install Go from https://go.dev/dl or with the system's package manager.",
    );
  }
  const flags = ["-mod=readonly", "-buildvcs=false", "-ldflags", `-s -w ${tool.linkerFlags ?? ""}`];
  try {
    await promisify(execFile)(go, ["build", ...flags, "-o", executable, tool.package], {
      cwd: source,
      // A static program: no C compiler is needed, and it reads SSL_CERT_FILE as any Go program does.
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    throw new Error(`Building the ${title} failed: ${outputOf(error)}`, { cause: error });
  }
}

function outputOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && error.stderr) {
    return String(error.stderr).trim();
  }
  return String(error);
}
