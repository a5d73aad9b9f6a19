/** Each relative link, and each anchor, in the repository's Markdown leads somewhere. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { anchorsOf, linksOf } from "./markdown.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const IGNORED = /(?:^|\/)(?:node_modules|dist|\.git)\//;

const files = [...new Bun.Glob("**/*.md").scanSync({ cwd: ROOT, dot: true })]
  .filter((file) => !IGNORED.test(file))
  .sort();

/** What is wrong with a link; undefined where it leads somewhere. */
async function complaint(file: string, target: string): Promise<string | undefined> {
  const [path = "", anchor] = decodeURI(target).split("#");
  const to = path === "" ? file : relative(ROOT, join(ROOT, dirname(file), path));
  if (to.startsWith("..") || !existsSync(join(ROOT, to))) {
    return "there is no such file";
  }
  if (anchor === undefined) {
    return undefined;
  }
  const anchors = to.endsWith(".md") ? anchorsOf(await readFile(join(ROOT, to), "utf8")) : new Set();
  return anchors.has(anchor) ? undefined : "there is no such heading";
}

test("there are documents to look at", () => {
  expect(files).toContain("README.md");
  expect(files).toContain("docs/README.md");
});

test.each(files)("the links of %s lead somewhere", async (file) => {
  const links = linksOf(await readFile(join(ROOT, file), "utf8"));
  const wrong: string[] = [];
  for (const { target, line } of links) {
    const text = await complaint(file, target);
    if (text !== undefined) {
      wrong.push(`${file}:${line}: ${target}: ${text}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("every page of docs is in the index", async () => {
  const index = linksOf(await readFile(join(ROOT, "docs", "README.md"), "utf8")).map(({ target }) => target);
  const pages = files.flatMap((file) => /^docs\/([^/]+\.md)$/.exec(file)?.[1] ?? []);
  expect(pages.filter((page) => page !== "README.md" && !index.includes(page))).toEqual([]);
});
