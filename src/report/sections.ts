import type {
  CheckedCertificate,
  CheckedHost,
  CheckedPermission,
  CheckReport,
} from "../protocol/generated/validators.js";
import type { Mark } from "./marks.ts";

/** A part of the report: a heading with a mark, and lines below it. */
export interface Section {
  readonly mark: Mark;
  readonly title: string;
  readonly summary: string;
  readonly lines: readonly Line[];
}

/** A line with a mark or without, in columns: what it is about, and what was found. */
export interface Line {
  readonly mark?: Mark;
  readonly label: string;
  readonly text: string;
}

/** Of the time, the day is enough. */
const DATE_LENGTH = "2026-01-01".length;

/** The sections, in the order in which signing meets what they are about; those that the check did not come to are left out. */
export function sectionsOf(report: CheckReport): readonly Section[] {
  const makers = [network, credential, permissions, chain, signature];
  return makers.flatMap((make) => make(report) ?? []);
}

function network({ hosts }: CheckReport): Section | undefined {
  const failed = hosts.some(({ failure }) => failure !== undefined);
  return hosts.length === 0
    ? undefined
    : {
        mark: failed ? "bad" : "good",
        title: "Network",
        summary: "",
        lines: hosts.map((host) => ({
          mark: host.failure === undefined ? "good" : "bad",
          label: host.role,
          text: textOfHost(host),
        })),
      };
}

function textOfHost({ host, proxy, addresses, tls, milliseconds = 0, failure }: CheckedHost): string {
  const at = addresses?.length ? `, DNS ${addresses.join(", ")}` : "";
  const by = proxy === undefined ? at : `, by the proxy ${proxy}`;
  return tls === undefined
    ? (failure ?? `${host}${by}`)
    : `${host}${by}, ${tls.version.replace("TLSv", "TLS ")} with a certificate by "${tls.issuer}", ${milliseconds} ms`;
}

function credential({ credential: found }: CheckReport): Section | undefined {
  if (found === undefined) {
    return undefined;
  }
  const { credentialType, source, granted, milliseconds } = found;
  const name = source === undefined ? credentialType : `${credentialType}, which took ${source}`;
  const held: readonly (readonly [label: string, value: string | undefined])[] = [
    ["user", found.user],
    ["managed identity", found.managedIdentity],
    ["application", found.applicationId],
    ["object id", found.objectId],
    ["tenant", found.tenantId],
  ];
  return {
    mark: granted ? "good" : "bad",
    title: "Credential",
    summary: granted ? `${name}, ${milliseconds} ms` : `${name}: no access token`,
    lines: held.flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }])),
  };
}

function permissions({ permissions: found }: CheckReport): Section | undefined {
  const lines = found.map((permission) => ({
    mark: markOfPermission(permission),
    label: permission.permission,
    text: textOfPermission(permission),
  }));
  return lines.length === 0
    ? undefined
    : { mark: worst(lines.map(({ mark }) => mark)), title: "Permissions", summary: "", lines };
}

function markOfPermission({ needed, outcome }: CheckedPermission): Mark {
  const marks: Readonly<Record<CheckedPermission["outcome"], Mark>> = {
    granted: "good",
    denied: "bad",
    unknown: "warning",
  };
  return needed ? marks[outcome] : "neutral";
}

function textOfPermission({ needed, outcome, detail, milliseconds }: CheckedPermission): string {
  const found = outcome === "unknown" ? "not known" : outcome;
  const parts = [
    detail === undefined ? found : `${found} (${detail})`,
    needed ? "needed" : "not needed",
    ...(milliseconds === undefined ? [] : [`${milliseconds} ms`]),
  ];
  return parts.join(", ");
}

function chain({ chain: found }: CheckReport): Section | undefined {
  if (found === undefined) {
    return undefined;
  }
  const lines = found.certificates.flatMap(linesOfCertificate);
  const missing: readonly Line[] = found.complete
    ? []
    : [{ mark: "bad", label: "", text: "its issuer was not found" }];
  const all = [...lines, ...missing];
  return {
    mark: worst(all.flatMap(({ mark }) => mark ?? [])),
    title: "Certificate chain",
    summary: "",
    lines: all,
  };
}

function linesOfCertificate(certificate: CheckedCertificate): readonly Line[] {
  const { role, subject, keySpec, validTo, daysLeft, violations, advice } = certificate;
  const key = keySpec === undefined ? "" : `${keySpec}, `;
  const days = daysLeft < 0 ? "expired" : `${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  return [
    { mark: markOfCertificate(certificate), label: role, text: subject },
    { label: "", text: `${key}valid to ${validTo.slice(0, DATE_LENGTH)}, ${days}` },
    ...violations.map((text) => ({ mark: "bad", label: "", text }) as const),
    ...advice.map((text) => ({ mark: "warning", label: "", text }) as const),
  ];
}

function markOfCertificate({ violations, advice }: CheckedCertificate): Mark {
  if (violations.length > 0) {
    return "bad";
  }
  return advice.length > 0 ? "warning" : "good";
}

function signature({ permissions: found, chain: path, signature: made }: CheckReport): Section | undefined {
  const title = "Test signature";
  if (found.length === 0) {
    return undefined;
  }
  if (made === undefined) {
    return path?.certificates[0]?.keySpec === undefined
      ? { mark: "neutral", title, summary: "not made, since the key spec is not known", lines: [] }
      : { mark: "bad", title, summary: "not made", lines: [] };
  }
  const { signingAlgorithm, verified } = made;
  return {
    mark: verified ? "good" : "bad",
    title,
    summary: `${signingAlgorithm}, made by the vault, ${verified ? "and verified with the leaf" : "and not of the leaf's key"}`,
    lines: [],
  };
}

function worst(marks: readonly Mark[]): Mark {
  return (["bad", "warning"] as const).find((mark) => marks.includes(mark)) ?? "good";
}
