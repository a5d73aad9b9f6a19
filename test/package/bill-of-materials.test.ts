/** What a release says is in it: the bill of materials and the notices. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import { version } from "../../package.json";
import { PLATFORMS } from "../../scripts/package/platforms.ts";
import { entryOf, RELEASE_LIMIT_MS, release, textOf } from "./release.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SBOM = `notation-azure-kv_${version}_sbom.cdx.json`;

interface BillOfMaterials {
  readonly components: readonly {
    readonly type: string;
    readonly name: string;
    readonly purl?: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses?: readonly unknown[];
  }[];
}

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

let bill: BillOfMaterials;
let bundled: Installed[];

beforeAll(async () => {
  await release();
  bill = JSON.parse(await textOf(SBOM)) as BillOfMaterials;
  bundled = await packagesInBundle();
}, RELEASE_LIMIT_MS);

/** By the files that esbuild put into the bundle: each belongs to the nearest folder with a package.json of a version. */
async function packagesInBundle(): Promise<Installed[]> {
  const inputs = JSON.parse(
    await readFile(join(ROOT, "dist", "notation-azure-kv.inputs.json"), "utf8"),
  ) as string[];
  const folders = new Set<string>();
  for (const input of inputs.filter((path) => path.includes("node_modules/"))) {
    const parts = input.split("/");
    const start = parts.lastIndexOf("node_modules") + 1;
    folders.add(parts.slice(0, start + (parts[start]?.startsWith("@") ? 2 : 1)).join("/"));
  }
  return Promise.all(
    [...folders].map(async (folder) => {
      const manifest = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as Installed;
      return { name: manifest.name, version: manifest.version, folder };
    }),
  );
}

const packageUrl = ({ name, version: its }: Pick<Installed, "name" | "version">): string =>
  `pkg:npm/${name.replace("@", "%40")}@${its}`;

test("the bill of materials keeps to the schema of CycloneDX 1.6", async () => {
  expect(await new JsonStrictValidator(Version.v1dot6).validate(await textOf(SBOM))).toBeNull();
});

test("what keeps not to the schema is found", async () => {
  const broken = (await textOf(SBOM)).replace('"type": "library"', '"type": "book"');
  expect(await new JsonStrictValidator(Version.v1dot6).validate(broken)).not.toBeNull();
});

test("the bill of materials lists exactly the packages of the bundle and the runtimes", () => {
  const listed = bill.components.flatMap(({ purl }) => purl ?? []).sort();
  const lockedRuntimes = PLATFORMS.map(({ runtimePackage }) =>
    packageUrl({ name: runtimePackage, version: process.versions.bun }),
  );
  expect(bundled.length).toBeGreaterThan(40);
  expect(listed).toEqual([...bundled.map(packageUrl), ...lockedRuntimes].sort());
});

test("each package has a licence and the SHA-512 of its tarball, and each library of the runtime a licence", () => {
  for (const { name, purl, hashes, licenses } of bill.components) {
    expect({ name, licences: licenses?.length }).toEqual({ name, licences: 1 });
    if (purl !== undefined) {
      expect(hashes).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
    }
  }
});

describe.each([
  ["node.tar.gz", false],
  ["linux_amd64.tar.gz", true],
  ["windows_amd64.zip", true],
])("the notices in %s", (archive, withRuntime) => {
  let notices: string;

  beforeAll(async () => {
    const entry = await entryOf(`notation-azure-kv_${version}_${archive}`, "THIRD_PARTY_NOTICES.txt");
    notices = entry.content.toString("utf8");
  });

  test("name each package of the bundle with version and licence, and no other", () => {
    const named = Array.from(
      notices.matchAll(/^(\S+ \d+\.\d+\.\d+) \([A-Z0-9-.a-z]+\)$/gm),
      ([, one]) => one,
    );
    expect(named.sort()).toEqual(bundled.map((one) => `${one.name} ${one.version}`).sort());
  });

  test("hold the text of each package's licence", async () => {
    for (const { folder } of bundled) {
      const glob = new Bun.Glob("{license,licence,LICENSE,License}{,.txt,.md}");
      const [file] = await Array.fromAsync(glob.scan(join(ROOT, folder)));
      expect({ folder, file }).toEqual({ folder, file: expect.any(String) });
      const text = await readFile(join(ROOT, folder, file ?? ""), "utf8");
      expect(notices).toContain(text.replaceAll("\r\n", "\n").trim());
    }
  });

  test(`${withRuntime ? "hold" : "do not hold"} those of the runtime`, () => {
    const expected = [`Bun ${process.versions.bun}`, "GNU LESSER GENERAL PUBLIC LICENSE", "BoringSSL"];
    expect(expected.filter((text) => notices.includes(text))).toEqual(withRuntime ? expected : []);
  });
});
