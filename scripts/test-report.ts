/** Reads the report that the test runner writes: JUnit's XML, as `bun test --reporter=junit` has it. */

/** How the tests of a run ended. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
}

/** A check or a test that failed. */
export interface Failure {
  /** Of a test: `file: name`. */
  readonly name: string;
  /** What it failed with, in lines; empty where the runner told nothing. */
  readonly message: string;
}

/** What JUnit's attributes and texts escape. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#10;": "\n",
  "&amp;": "&",
};

/** Counts by the attributes of the root element. A skipped test counts as failed: none may be skipped. */
export function countTests(report: string): Count {
  const head = /<testsuites[^>]*>/.exec(report)?.[0] ?? "";
  const [tests, ...bad] = ["tests", "failures", "errors", "skipped"].map((name) =>
    Number(attributeOf(head, name)),
  );
  const failed = bad.reduce((sum, count) => sum + count, 0);
  return { passed: (tests ?? 0) - failed, failed, failures: failuresIn(report) };
}

function failuresIn(report: string): Failure[] {
  const cases = report.matchAll(
    /<testcase ([^>]*[^/])>\s*<(?:failure|error|skipped)\b(?:[^>]*\/>|[^>]*>([^<]*))/g,
  );
  return [...cases].map(([, attributes = "", message = ""]) => ({
    name: `${attributeOf(attributes, "file")}: ${attributeOf(attributes, "name")}`,
    message: unescaped(message).trimEnd(),
  }));
}

function attributeOf(element: string, name: string): string {
  return unescaped(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(element)?.[1] ?? "");
}

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp|#10);/g, (entity) => ENTITIES[entity] ?? entity);
}
