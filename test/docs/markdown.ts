/** Markdown as far as the docs use it: fences, headings, links. */

/** A block of code. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  /** Where its first line of code is, counted from 1. */
  readonly line: number;
  /** The last line of prose before it. */
  readonly introduction: string;
}

/** A link to somewhere else in the repository, or in the same document. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

const FENCE = /^ *(?<ticks>`{3,})(?<language>\w*)\s*$/;

/** The blocks of code, in their order. Throws where one has no end. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { language: string; line: number; ticks: string; introduction: string } | undefined;
  let introduction = "";
  let text: string[] = [];
  for (const [index, line] of markdown.split("\n").entries()) {
    const { ticks, language = "" } = FENCE.exec(line)?.groups ?? {};
    if (open === undefined && ticks !== undefined) {
      open = { language, line: index + 2, ticks, introduction };
      text = [];
    } else if (open !== undefined && ticks === open.ticks && language === "") {
      fences.push({ ...open, text: withoutIndent(text).join("\n") });
      open = undefined;
    } else if (open !== undefined) {
      text.push(line);
    } else if (line.trim() !== "") {
      introduction = line;
    }
  }
  if (open !== undefined) {
    throw new Error(`the block of code at line ${open.line} has no end`);
  }
  return fences;
}

/** Blocks inside of lists are indented: what all lines share is taken away. */
function withoutIndent(lines: readonly string[]): string[] {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(shared));
}

/** Links that do not begin with a scheme, outside of code. */
export function linksOf(markdown: string): Link[] {
  return proseOf(markdown).flatMap((text, index) =>
    [...text.replace(/`[^`]*`/g, "code").matchAll(/\]\((?<target>[^)\s]+)\)/g)].flatMap(({ groups }) => {
      const target = groups?.["target"] ?? "";
      return /^[a-z]+:/i.test(target) ? [] : [{ target, line: index + 1 }];
    }),
  );
}

/** The anchors that GitHub makes of the headings: of the same ones, each after the first is numbered. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  for (const line of proseOf(markdown)) {
    const heading = /^#{1,6} +(?<title>.*)$/.exec(line)?.groups?.["title"];
    if (heading !== undefined) {
      const anchor = anchorOf(heading);
      const count = counts.get(anchor) ?? 0;
      counts.set(anchor, count + 1);
      anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
    }
  }
  return anchors;
}

function anchorOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The lines, with those of blocks of code emptied. */
function proseOf(markdown: string): string[] {
  let ticks: string | undefined;
  return markdown.split("\n").map((line) => {
    const found = FENCE.exec(line)?.groups?.["ticks"];
    const wasOpen = ticks !== undefined;
    if (found !== undefined && (ticks === undefined || ticks === found)) {
      ticks = wasOpen ? undefined : found;
    }
    return wasOpen || found !== undefined ? "" : line;
  });
}
