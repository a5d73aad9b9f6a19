import type { PluginError } from "../error/plugin-error.ts";
import { redact, withoutSecrets } from "../error/redact.ts";
import { joinErrors } from "../error/settle-together.ts";
import { asPluginError } from "../error/unexpected-error.ts";
import type { CheckProblem, CheckWarning } from "../protocol/generated/validators.js";

/** What a check has found that is wrong, in the order in which signing would meet it. */
export interface Findings {
  /** The result of a step of signing; undefined where it fails, which is noted as a problem. */
  attempt<T>(step: () => Promise<T> | T): Promise<T | undefined>;
  warn(problem: string, fix?: string): void;
  problems(): CheckProblem[];
  warnings(): CheckWarning[];
}

/**
 * Findings of which there is none yet.
 * @param environment whose secrets are not told, wherever they turn up
 */
export function createFindings(environment: Readonly<Record<string, string | undefined>>): Findings {
  const errors: (PluginError | undefined)[] = [];
  const warnings: CheckWarning[] = [];
  return {
    async attempt(step) {
      // Steps that run at once are told in the order in which they began.
      const place = errors.push(undefined) - 1;
      try {
        return await step();
      } catch (thrown) {
        errors[place] = withoutSecrets(asPluginError(thrown), environment);
        return undefined;
      }
    },
    warn(problem, fix) {
      warnings.push({
        problem: redact(problem, environment),
        ...(fix !== undefined && { fix: redact(fix, environment) }),
      });
    },
    problems: () => byFix(distinct(errors.filter((error) => error !== undefined))).map(toProblem),
    warnings: () => warnings,
  };
}

/** Steps that fail for one reason are one problem; and what another problem tells as well is told there. */
function distinct(errors: readonly PluginError[]): readonly PluginError[] {
  return errors.filter(
    (error, index) =>
      !errors.some(
        (other, otherIndex) =>
          otherIndex !== index && tells(other, error) && (!tells(error, other) || otherIndex < index),
      ),
  );
}

/** Whether one says all that another one does. */
function tells(error: PluginError, other: PluginError): boolean {
  return (
    error.code === other.code &&
    error.problem.includes(other.problem) &&
    (other.fix === undefined || error.fix?.includes(other.fix) === true)
  );
}

/** What is mended by one fix is one problem. */
function byFix(errors: readonly PluginError[]): readonly PluginError[] {
  const groups: PluginError[][] = [];
  for (const error of errors) {
    const group = groups.find((others) => others.some((other) => isMendedWith(error, other)));
    if (group === undefined) {
      groups.push([error]);
    } else {
      group.push(error);
    }
  }
  return groups.map(joinErrors);
}

/** A fix that goes on where another ends mends what that one does, too. */
function isMendedWith(a: PluginError, b: PluginError): boolean {
  return (
    a.code === b.code &&
    a.fix !== undefined &&
    b.fix !== undefined &&
    (a.fix.startsWith(b.fix) || b.fix.startsWith(a.fix))
  );
}

function toProblem({ code, problem, fix }: PluginError): CheckProblem {
  return { errorCode: code, problem, ...(fix !== undefined && { fix }) };
}
