/** The YAML of the docs can be read, and takes actions of others by a version that is named. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { YAML } from "bun";
import { fencesOf } from "./markdown.ts";

const ROOT = join(import.meta.dirname, "..", "..");

const blocks = [...new Bun.Glob("docs/**/*.md").scanSync(ROOT)].sort().flatMap((document) =>
  fencesOf(readFileSync(join(ROOT, document), "utf8"))
    .filter(({ language }) => language === "yaml")
    .map(({ text, line }) => ({ place: `${document}:${line}`, text })),
);

test("there is YAML to look at", () => {
  expect(blocks.length).toBeGreaterThan(0);
});

test.each(blocks)("$place can be read", ({ text }) => {
  expect(YAML.parse(text)).toBeObject();
  for (const [, version = ""] of text.matchAll(/uses: [^@\s]+@(\S+)/g)) {
    expect(version).toMatch(/^(?:[0-9a-f]{40}|v\d+\.\d+\.\d+)$/);
  }
});
