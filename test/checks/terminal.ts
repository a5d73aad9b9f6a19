/** A program at a terminal: a pseudo-terminal of the system's, as a person's is. */

/** How wide the terminal is, in columns. */
export const TERMINAL_COLUMNS = 120;

export interface TerminalRun {
  readonly exitCode: number;
  /** All that the terminal was sent, with its escape sequences (ECMA-48); lines end with LF. */
  readonly text: string;
}

/** Runs a program at a terminal of its own until it ends. */
export async function runAtTerminal(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<TerminalRun> {
  const decoder = new TextDecoder();
  let text = "";
  const child = Bun.spawn([...command], {
    env: environment,
    cwd: folder,
    terminal: {
      cols: TERMINAL_COLUMNS,
      rows: 50,
      data(_terminal: unknown, octets: Uint8Array) {
        text += decoder.decode(octets, { stream: true });
      },
    },
  });
  const exitCode = await child.exited;
  return { exitCode, text: text.replaceAll("\r\n", "\n") };
}
