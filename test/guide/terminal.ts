/**
 * A person's terminal: runs each line in bash as it is printed, and keeps what was seen for the transcript.
 * Of the environment of whoever runs this, the path and the folder for temporary files are passed on.
 */
import { type CommandResult, runCommand } from "../e2e/command.ts";

export interface Terminal {
  /** Begins a step, with remarks on it. */
  step(title: string, ...remarks: readonly string[]): void;
  /** A remark: what stands in for something, or what was done beside the terminal. */
  remark(text: string): void;
  /** Runs a line that must succeed. Returns what it printed. */
  run(line: string): Promise<string>;
  /** Runs a line that must fail. Returns what it printed. */
  runRefused(line: string): Promise<string>;
  /** Sets a variable that later lines use. */
  set(variable: string, value: string): void;
  /** Runs `variable=$(line)`: later lines can use the variable. */
  assign(variable: string, line: string): Promise<string>;
  /** Everything so far, as Markdown. */
  markdown(): string;
}

export interface TerminalOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Receives each piece of text as it comes. */
  readonly print: (text: string) => void;
}

/** Puts stderr where stdout goes, so that a person sees both in the order in which they come. */
const TOGETHER = "exec 2>&1\n";

/** A terminal with an empty transcript. */
export function openTerminal({ folder, environment, print }: TerminalOptions): Terminal {
  const variables: Record<string, string> = { ...environment };
  const markdown: string[] = [];
  let steps = 0;

  const show = (text: string, forMarkdown = text): void => {
    print(`${text}\n`);
    markdown.push(forMarkdown);
  };

  const execute = async (line: string): Promise<CommandResult> => {
    const options = { folder, environment: variables, transcript: [] };
    return await runCommand("bash", ["-o", "pipefail", "-c", line], options);
  };

  const showCommand = (line: string, { stdout, stderr }: CommandResult): void => {
    const seen = `$ ${line}\n${stdout}${stderr}`.trimEnd();
    show(seen, `\`\`\`console\n${seen}\n\`\`\``);
  };

  const expectExit = (wanted: "success" | "refusal", line: string, { exitCode }: CommandResult): void => {
    if ((exitCode === 0) !== (wanted === "success")) {
      throw new Error(`expected ${wanted}, but the exit code was ${exitCode}: ${line}`);
    }
  };

  return {
    step(title, ...remarks) {
      steps += 1;
      show(`\n${steps}. ${title}\n`, `## ${steps}. ${title}`);
      for (const text of remarks) {
        show(text);
      }
    },
    remark: (text) => show(text),
    async run(line) {
      const outcome = await execute(TOGETHER + line);
      showCommand(line, outcome);
      expectExit("success", line, outcome);
      return outcome.stdout;
    },
    async runRefused(line) {
      const outcome = await execute(TOGETHER + line);
      showCommand(line, outcome);
      expectExit("refusal", line, outcome);
      return outcome.stdout;
    },
    set(variable, value) {
      variables[variable] = value;
      show(`$ ${variable}=${value}`, `\`\`\`console\n$ ${variable}=${value}\n\`\`\``);
    },
    async assign(variable, line) {
      const outcome = await execute(line);
      const value = outcome.stdout.trim();
      const seen = { ...outcome, stdout: `${variable}=${value}\n` };
      showCommand(`${variable}=$(${line})`, seen);
      expectExit("success", line, outcome);
      variables[variable] = value;
      return value;
    },
    markdown: () => `${markdown.join("\n\n")}\n`,
  };
}
