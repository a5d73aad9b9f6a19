import { type ErrorMetadata, PluginError } from "./plugin-error.ts";
import { asPluginError } from "./unexpected-error.ts";

/**
 * Waits for two calls that run at once. When both fail, the error tells of both: a person who lacks two
 * permissions learns of them in one run, and a fix that mends both is told once.
 */
export async function settleTogether<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "fulfilled" && b.status === "fulfilled") {
    return [a.value, b.value];
  }
  throw joinErrors([a, b].flatMap((result) => (result.status === "rejected" ? [result.reason] : [])));
}

/**
 * One error that tells of all: the first one leads, and those of another code are left out, since they tell of a
 * consequence rather than of a cause.
 */
export function joinErrors(reasons: readonly unknown[]): PluginError {
  const errors = reasons.map(asPluginError);
  const [lead] = errors;
  if (lead === undefined) {
    return new PluginError("ERROR", "a call failed without saying why");
  }
  const alike = errors.filter((error) => error.code === lead.code);
  const problems = distinct(alike.map((error) => error.problem));
  const fixes = distinct(alike.map((error) => error.fix));
  // One that goes on where another ends says that other's too.
  const whole = fixes.filter((fix) => !fixes.some((other) => other !== fix && other.startsWith(fix)));
  const metadata: ErrorMetadata = Object.assign({}, ...alike.map((error) => error.metadata).reverse());
  const fix = whole.length === 0 ? undefined : whole.join("; and ");
  return new PluginError(lead.code, problems.join("\nAlso: "), { fix, metadata });
}

function distinct(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}
