/** The commands of a document: its blocks of `sh`, each cut into what a person would enter at once. */
import { fencesOf } from "./markdown.ts";

export interface Command {
  readonly text: string;
  /** In the document, counted from 1. */
  readonly line: number;
}

/** How commands could slip through. Transcripts, which runs wrote, are `console`. */
const NOT_SH = new Set(["", "bash", "shell", "zsh"]);

/** The commands of all blocks of `sh`, in their order. Throws for one that bash cannot read, and for other shells. */
export function commandsOf(markdown: string): Command[] {
  const fences = fencesOf(markdown);
  const other = fences.find(({ language }) => NOT_SH.has(language));
  if (other !== undefined) {
    throw new Error(
      `the block at line ${other.line} is of "${other.language}": commands are of sh, all else has its name`,
    );
  }
  return fences.filter(({ language }) => language === "sh").flatMap(({ text, line }) => cut(text, line));
}

/** Files that a document shows as JSON after a line that begins with their name: `trustpolicy.json`, … */
export function shownFiles(markdown: string): ReadonlyMap<string, string> {
  return new Map(
    fencesOf(markdown).flatMap(({ language, text, introduction }) => {
      const name = /^`(?<name>[\w.-]+\.json)`/.exec(introduction)?.groups?.["name"];
      return language === "json" && name !== undefined ? [[name, text] as const] : [];
    }),
  );
}

/** Lines are added until bash takes them for whole. */
function cut(block: string, firstLine: number): Command[] {
  const commands: Command[] = [];
  let lines: string[] = [];
  for (const [index, line] of block.split("\n").entries()) {
    if (lines.length === 0 && (line.trim() === "" || line.startsWith("#"))) {
      continue;
    }
    lines.push(line);
    if (isWhole(lines)) {
      commands.push({ text: lines.join("\n"), line: firstLine + index + 1 - lines.length });
      lines = [];
    }
  }
  if (lines.length > 0) {
    throw new Error(`bash cannot read what begins at line ${firstLine}: ${lines.join("\n")}`);
  }
  return commands;
}

function isWhole(lines: readonly string[]): boolean {
  const heredoc = /<<'?(?<end>\w+)'?/.exec(lines[0] ?? "")?.groups?.["end"];
  if (heredoc !== undefined) {
    return lines.at(-1) === heredoc;
  }
  if (lines.at(-1)?.endsWith("\\") === true) {
    return false;
  }
  // A placeholder would be read as a redirection.
  const text = lines.join("\n").replace(/<[^<>\n]+>/g, "placeholder");
  return Bun.spawnSync(["bash", "-n", "-c", text], { stderr: "ignore" }).exitCode === 0;
}
