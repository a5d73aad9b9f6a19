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
    // Of all the tools, so that a person installs Go once.
    const wanted = await newestGo(source);
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

/** The newest version of Go that a module beside this one asks for. */
async function newestGo(source: string): Promise<string> {
  const modules = await Array.fromAsync(new Bun.Glob("*/go.mod").scan(join(import.meta.dir)));
  const texts = await Promise.all(
    [join(source, "go.mod"), ...modules.map((path) => join(import.meta.dir, path))].map((file) =>
      readFile(file, "utf8"),
    ),
  );
  const versions = texts.flatMap((text) => /^go (\S+)$/m.exec(text)?.[1] ?? []);
  return versions.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1) ?? "";
}

function outputOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && error.stderr) {
    return String(error.stderr).trim();
  }
  return String(error);
}
