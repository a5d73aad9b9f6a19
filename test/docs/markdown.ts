/** Markdown as far as the docs use it: headings, links. */

/** A link to somewhere else in the repository, or in the same document. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

const FENCE = /^ *(?<ticks>`{3,})(?<language>\w*)\s*$/;

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
