import type { CheckedTrust, CheckReport, CheckUsage } from "../protocol/generated/validators.js";
import { createPaint, type Paint } from "./marks.ts";
import { type Line, type Section, sectionsOf } from "./sections.ts";

/** The widths of the columns of headings and labels: what was found stands below each other. */
const LABEL_WIDTH = 17;
const TITLE_WIDTH = LABEL_WIDTH + 4;

/**
 * The report as a person reads it: what was found, what a verifier needs, what is wrong with how to mend it, and last the verdict.
 * @param colours whether it is for a terminal that shows them
 */
export function reportText(report: CheckReport, colours: boolean): string {
  const paint = createPaint(colours);
  const shown = withoutControls(report);
  const { plugin, keyId, problems, warnings, trust } = shown;
  const blocks = [
    `${paint.strong(`notation-azure-kv ${plugin.version}`)} checks signing with\n${keyId}`,
    ...foundText(shown, paint),
    ...(shown.signs && trust ? [trustText(trust, paint)] : []),
    ...listText("Warnings", warnings, paint),
    ...listText("Problems", problems, paint),
    verdict(shown, paint),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** What moves the cursor of a terminal, or colours what follows. */
const CONTROLS = /(?!\n)\p{Cc}/gu;

/** Without what certificates and answers may hold of them; the trust policy must stay as it is, and is JSON. */
function withoutControls({ trust, ...report }: CheckReport): CheckReport {
  const shown: CheckReport = JSON.parse(JSON.stringify(report), (_key, value: unknown) =>
    typeof value === "string" ? value.replace(CONTROLS, "\ufffd") : value,
  );
  return { ...shown, ...(trust && { trust }) };
}

/** All that was found; nothing, where the request itself is at fault. */
function foundText(report: CheckReport, paint: Paint): readonly string[] {
  const sections = sectionsOf(report).map((section) => sectionText(section, paint));
  return sections.length === 0 ? [] : [[...sections, usageText(report.usage)].join("\n")];
}

function sectionText({ mark, title, summary, lines }: Section, paint: Paint): string {
  const heading = `${paint.mark(mark)} ${paint.strong(title.padEnd(summary === "" ? 0 : TITLE_WIDTH))} ${summary}`;
  return [heading.trimEnd(), ...lines.map((line) => lineText(line, paint))].join("\n");
}

function lineText({ mark, label, text }: Line, paint: Paint): string {
  return `    ${mark === undefined ? " " : paint.mark(mark)} ${label.padEnd(LABEL_WIDTH)} ${text}`;
}

function usageText({ milliseconds, requests, connections, roundTrips }: CheckUsage): string {
  return `  ${"Cost".padEnd(TITLE_WIDTH)} ${milliseconds} ms: ${count(roundTrips, "round trip")}, for ${count(requests, "request")} on ${count(connections, "connection")}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Lines to paste into a shell. */
function trustText(
  { rootCertificate, rootSha256, trustStore, trustPolicy, unmatchable }: CheckedTrust,
  paint: Paint,
): string {
  const [type = "", name = ""] = trustStore.split(":");
  // A trust store takes no second file of one name.
  const rootFile = `root-${rootSha256.slice(0, 8)}.pem`;
  const note =
    unmatchable === undefined
      ? ""
      : `\n${paint.mark("warning")} It trusts every certificate under this root: ${unmatchable}.`;
  return `${paint.strong("To verify what is signed so")}, on any machine that has Notation. A trust policy that is there already is replaced, after a
question: to keep it, add the statement in trustPolicies to it in place of the last line.${note}

cat > ${rootFile} <<'END'
${rootCertificate.trimEnd()}
END
cat > trustpolicy.json <<'END'
${jsonText(trustPolicy)}
END
notation cert add --type ${type} --store ${name} ${rootFile}
notation policy import trustpolicy.json`;
}

/** As people write it: arrays and objects of one text on a line. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replace(/\[\s+("(?:[^"\\]|\\.)*")\s+\]/g, "[$1]")
    .replace(/\{\s+("\w+": "(?:[^"\\]|\\.)*")\s+\}/g, "{ $1 }")
    .replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

interface Finding {
  readonly problem: string;
  readonly fix?: string;
}

function listText(title: string, findings: readonly Finding[], paint: Paint): readonly string[] {
  const items = findings.map(({ problem, fix }, index) => {
    const text = fix === undefined ? problem : `${problem}\nFix: ${fix}`;
    return `${index + 1}. ${paint.commands(text).replaceAll("\n", "\n   ")}`;
  });
  return items.length === 0 ? [] : [`${paint.strong(title)}\n\n${items.join("\n\n")}`];
}

function verdict({ signs, problems, warnings }: CheckReport, paint: Paint): string {
  const rest = warnings.length === 0 ? "" : `, with ${count(warnings.length, "warning")}`;
  return signs
    ? `${paint.mark("good")} ${paint.strong("Signing works")}${rest}.`
    : `${paint.mark("bad")} ${paint.strong("Signing does not work")}: ${count(problems.length, "problem")}${rest}.`;
}
