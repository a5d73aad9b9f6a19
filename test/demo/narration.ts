/** How the demonstration talks: numbered steps, and what is seen at each. */
import type { CommandResult } from "../e2e/command.ts";

let steps = 0;

/** Begins a step. */
export function step(title: string): void {
  steps += 1;
  console.log(`\n${steps}. ${title}`);
}

/** Something seen at this step. */
export function note(...lines: readonly string[]): void {
  for (const line of lines) {
    console.log(`   ${line}`);
  }
}

/** A command as it was typed, and what it printed. Throws when it failed: the demonstration ends there. */
export function showCommand({ command, exitCode, stdout, stderr }: CommandResult): void {
  const output = `${stdout}${stderr}`.trimEnd();
  note(`$ ${command}`, ...output.split("\n"));
  if (exitCode !== 0) {
    throw new Error(`exit code ${exitCode} from: ${command}`);
  }
}
