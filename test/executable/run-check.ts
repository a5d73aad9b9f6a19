/** Runs `check` of the built plugin for its report, and holds that against its schema. */
import { validateCheckReport } from "../../src/protocol/generated/check.report.js";
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import { type RunOptions, runPlugin } from "./run-plugin.ts";

/** What one run of `check` left behind. */
export interface CheckRun {
  readonly exitCode: number;
  readonly stderr: string;
  /** Undefined where nothing was printed. */
  readonly report: CheckReport | undefined;
}

/** The arguments of a command that is about a key. */
export function keyArguments(id: string, pluginConfig: Readonly<Record<string, string>> = {}): string[] {
  const entries = Object.entries(pluginConfig).flatMap(([key, value]) => [
    "--plugin-config",
    `${key}=${value}`,
  ]);
  return ["--id", id, ...entries];
}

/** Checks a key. Throws where what is printed is not a report by the schema, or the exit code does not say the same. */
export async function runCheck(
  id: string,
  pluginConfig: Readonly<Record<string, string>>,
  options: RunOptions,
): Promise<CheckRun> {
  const args = ["check", ...keyArguments(id, pluginConfig), "--output", "json"];
  const { exitCode, stdout, stderr } = await runPlugin(args, "", options);
  const report: unknown = stdout === "" ? undefined : JSON.parse(stdout);
  if (report !== undefined && !validateCheckReport(report)) {
    throw new Error(`not a report: ${JSON.stringify(validateCheckReport.errors)}: ${stdout}`);
  }
  if (report !== undefined && exitCode !== (report.signs ? 0 : 1)) {
    throw new Error(`the exit code is ${exitCode}, and the report says: ${stdout}`);
  }
  return { exitCode, stderr, report };
}

/** The problems of a report, their texts changed. */
export function problemsOf(
  { problems }: CheckReport,
  change: (text: string) => string,
): CheckReport["problems"] {
  return problems.map(({ errorCode, problem, fix }) => ({
    errorCode,
    problem: change(problem),
    ...(fix !== undefined && { fix: change(fix) }),
  }));
}

/** Whether one of the problems tells what `notation sign` tells: by its code, in its words, and with its fix. */
export function tellsOf(
  problems: CheckReport["problems"] | undefined,
  { errorCode, errorMessage }: { readonly errorCode: string; readonly errorMessage: string },
): boolean {
  const [said = "", fix = ""] = errorMessage.split("\nFix: ");
  return (
    problems?.some(
      (told) =>
        told.errorCode === errorCode && told.problem.includes(said) && told.fix?.includes(fix) === true,
    ) ?? false
  );
}
