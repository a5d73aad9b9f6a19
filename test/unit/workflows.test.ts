/** What GitHub runs is pinned, and may do no more than it must. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDER = join(ROOT, ".github", "workflows");

type Permissions = Readonly<Record<string, string>>;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What a job may do beyond reading the source, and why. */
const MORE_THAN_READING: Readonly<Record<string, Permissions>> = {
  "release.yml attest": { "id-token": "write", attestations: "write" },
  "release.yml draft": { contents: "write" },
};

const files = (await readdir(FOLDER)).filter((name) => /\.ya?ml$/.test(name)).sort();

describe.each(files)("%s", async (file) => {
  const text = await readFile(join(FOLDER, file), "utf8");
  const workflow = Bun.YAML.parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps ?? []);

  test("pins each action by its commit, and says its version", () => {
    const used = Array.from(text.matchAll(/^[ -]*uses: (.*)$/gm), ([, action = ""]) => action);
    const remote = used.filter((action) => !action.startsWith("./.github/workflows/"));
    expect(used.length).toBeGreaterThan(0);
    for (const action of remote) {
      expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test("pins each image by its digest", () => {
    const images = Array.from(text.matchAll(/^\s*(?:image|IMAGE): (\S+)$/gm), ([, image]) => image);
    for (const image of images) {
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    }
  });

  test("may do nothing but what a job is granted", () => {
    expect(workflow.permissions).toEqual({});
    for (const [name, { permissions }] of jobs) {
      expect({ name, permissions }).toEqual({ name, permissions: expect.any(Object) });
      const allowed = MORE_THAN_READING[`${file} ${name}`] ?? { contents: "read" };
      expect(allowed).toMatchObject(permissions ?? {});
    }
  });

  test("leaves no credential in a checkout, and uses no secret", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.every((step) => step.with?.["persist-credentials"] === false)).toBe(true);
    expect(text).not.toContain("secrets.");
    expect(text).not.toContain("pull_request_target");
  });

  test("puts no expression into a script", () => {
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });
});

test("dependabot.yml names each folder with dependencies, and no other", async () => {
  const { updates } = Bun.YAML.parse(await readFile(join(ROOT, ".github", "dependabot.yml"), "utf8")) as {
    readonly updates: readonly {
      readonly "package-ecosystem": string;
      readonly directory?: string;
      readonly directories?: readonly string[];
    }[];
  };
  const named = updates.flatMap((update) =>
    (update.directories ?? [update.directory ?? ""]).map(
      (folder) => `${update["package-ecosystem"]} ${folder}`,
    ),
  );
  const manifests = { npm: "package.json", gomod: "go.mod", pip: "requirements.txt" };
  const tools = (await readdir(join(ROOT, "test", "tools"))).map((name) => `/test/tools/${name}`);
  const found = Object.entries(manifests).flatMap(([ecosystem, manifest]) =>
    ["/", ...tools]
      .filter((folder) => existsSync(join(ROOT, folder, manifest)))
      .map((folder) => `${ecosystem} ${folder}`),
  );
  expect(named.sort()).toEqual([...found, "github-actions /"].sort());
});
