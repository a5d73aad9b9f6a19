import { styleText } from "node:util";

/** How something was found. */
export type Mark = "good" | "bad" | "warning" | "neutral";

/** Makes text stand out, or leaves it as it is. */
export interface Paint {
  /** The sign of a mark, in its colour. */
  mark(mark: Mark): string;
  strong(text: string): string;
  /** The text with the commands in it, which stand in backticks, set off. */
  commands(text: string): string;
}

const SIGNS: Readonly<Record<Mark, readonly [sign: string, colour: "green" | "red" | "yellow" | "gray"]>> = {
  good: ["✓", "green"],
  bad: ["✗", "red"],
  warning: ["!", "yellow"],
  neutral: ["·", "gray"],
};

/** @param colours whether the text is for a terminal that shows them */
export function createPaint(colours: boolean): Paint {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  return {
    mark(mark) {
      const [sign, colour] = SIGNS[mark];
      return paint(colour, sign);
    },
    strong: (text) => paint("bold", text),
    commands: (text) => text.replace(/`[^`]+`/g, (command) => paint("cyan", command)),
  };
}
