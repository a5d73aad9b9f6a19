/** What a terminal shows of a text with escape sequences, as SVG: lines wrap as the terminal's do. */
import { TERMINAL_COLUMNS } from "./terminal.ts";

const FONT_SIZE = 13;
const COLUMN_WIDTH = 7.8;
const LINE_HEIGHT = 18;
const MARGIN = 16;

const BACKGROUND = "#0d1117";
const FOREGROUND = "#e6edf3";

/** Select Graphic Rendition (ECMA-48, section 8.3.117): what this plugin uses of it. */
const RENDITIONS: ReadonlyMap<string, Partial<Rendition>> = new Map<string, Partial<Rendition>>([
  ["0", { colour: FOREGROUND, bold: false }],
  ["1", { bold: true }],
  ["22", { bold: false }],
  ["31", { colour: "#ff7b72" }],
  ["32", { colour: "#3fb950" }],
  ["33", { colour: "#d29922" }],
  ["36", { colour: "#76e3ea" }],
  ["90", { colour: "#8b949e" }],
  ["39", { colour: FOREGROUND }],
]);

const ESCAPE = String.fromCharCode(0x1b);

interface Rendition {
  readonly colour: string;
  readonly bold: boolean;
}

const PLAIN: Rendition = { colour: FOREGROUND, bold: false };

interface Cell extends Rendition {
  readonly character: string;
}

/** Throws for a sequence that is not known here: the picture would not be what the terminal shows. */
export function pictureOf(title: string, text: string): string {
  const rows = rowsOf(text.trimEnd());
  const width = Math.ceil(TERMINAL_COLUMNS * COLUMN_WIDTH + 2 * MARGIN);
  const height = rows.length * LINE_HEIGHT + 2 * MARGIN;
  const lines = rows.flatMap((row, index) =>
    runsOf(row).map(({ text: run, column, colour, bold }) => {
      const x = (MARGIN + column * COLUMN_WIDTH).toFixed(1);
      const y = MARGIN + (index + 0.75) * LINE_HEIGHT;
      const length = (run.length * COLUMN_WIDTH).toFixed(1);
      const weight = bold ? ' font-weight="bold"' : "";
      return `<text x="${x}" y="${y}" textLength="${length}" fill="${colour}"${weight}>${escapeXml(run)}</text>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" xml:space="preserve">
${lines.join("\n")}
</g>
</svg>
`;
}

/** The rows of the screen. */
function rowsOf(text: string): readonly (readonly Cell[])[] {
  const rows: Cell[][] = [[]];
  let rendition: Rendition = PLAIN;
  const [first = "", ...others] = text.split(ESCAPE);
  show(first, rendition, rows);
  for (const other of others) {
    const [sequence = "", codes = "", final] = /^\[([\d;]*)([A-Za-z])/.exec(other) ?? [];
    if (final === "m") {
      rendition = render(rendition, codes);
    } else if (final !== "K") {
      throw new Error(`the picture does not know an escape sequence: ${JSON.stringify(other.slice(0, 8))}`);
    }
    show(other.slice(sequence.length), rendition, rows);
  }
  return rows;
}

/** Adds text to the last row, and further rows to it. After CR comes EL here, which takes back what the row showed. */
function show(text: string, rendition: Rendition, rows: Cell[][]): void {
  for (const character of text) {
    const row = rows.at(-1) ?? [];
    if (character === "\n") {
      rows.push([]);
    } else if (character === "\r") {
      row.length = 0;
    } else if (row.length === TERMINAL_COLUMNS) {
      rows.push([{ ...rendition, character }]);
    } else {
      row.push({ ...rendition, character });
    }
  }
}

function render(rendition: Rendition, codes: string): Rendition {
  let { colour, bold } = rendition;
  for (const code of codes.split(";")) {
    const change = RENDITIONS.get(code || "0");
    if (change === undefined) {
      throw new Error(`the picture does not know the rendition ${code}`);
    }
    ({ colour = colour, bold = bold } = change);
  }
  return { colour, bold };
}

interface Run extends Rendition {
  readonly text: string;
  readonly column: number;
}

/** Neighbours that look alike, together; spaces between words are shown by the place of the next word alone. */
function runsOf(row: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [column, { character, colour, bold }] of row.entries()) {
    const last = runs.at(-1);
    const follows = last !== undefined && last.column + last.text.length === column;
    if (follows && last.colour === colour && last.bold === bold) {
      runs[runs.length - 1] = { ...last, text: last.text + character };
    } else {
      runs.push({ text: character, column, colour, bold });
    }
  }
  return runs.filter(({ text }) => text.trim() !== "");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
