/** Markdown of tables. */

/** A table whose columns but the first ones are numbers, and so to the right. Cells are one line each. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const rule = head.map((_, column) => (column < textColumns ? "---" : "--:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.map(cellOf).join(" | ")} |`).join("\n");
}

/** A block of text that is shown as it is. */
export function renderBlock(lines: readonly string[]): string {
  return ["```text", ...lines, "```"].join("\n");
}

function cellOf(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}
