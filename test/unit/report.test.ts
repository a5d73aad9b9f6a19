/** What `check` found, as text for people, with colours and without, and as JSON by its schema. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  CheckedCertificate,
  CheckedTrust,
  CheckReport,
} from "../../src/protocol/generated/validators.js";
import { reportJson } from "../../src/report/report-json.ts";
import { reportText } from "../../src/report/report-text.ts";
import { sectionsOf } from "../../src/report/sections.ts";
import { expectError } from "./expect-error.ts";

const KEY_ID = "https://myvault.vault.azure.net/keys/my-cert/0123456789abcdef0123456789abcdef";
const PEM = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
const IDENTITY = String.raw`x509.subject: C=US, ST=WA, O=Example\, "$HOME" ${"`x`"} Inc., CN=signer`;

const ROOT: CheckedCertificate = {
  role: "root",
  subject: "CN=root",
  issuer: "CN=root",
  ...{ validFrom: "2026-01-01T00:00:00Z", validTo: "2036-01-01T00:00:00Z", daysLeft: 3652 },
  ...{ sha256: "AB", violations: [], advice: [] },
};
const LEAF: CheckedCertificate = {
  ...ROOT,
  role: "leaf",
  subject: "C=US, CN=signer",
  keySpec: "EC-256",
  validTo: "2026-02-01T00:00:00Z",
  daysLeft: 29,
  advice: ["it expires in 29 days; sign by `notation sign --timestamp-url`"],
};
const TLS = { version: "TLSv1.3", issuer: "DigiCert" };

const TRUST: CheckedTrust = {
  trustStore: "ca:myvault",
  rootCertificate: PEM,
  rootSha256: "AB",
  trustedIdentity: IDENTITY,
  trustPolicy: {
    version: "1.0",
    trustPolicies: [{ trustedIdentities: [IDENTITY], trustStores: ["ca:myvault", "ca:other"] }],
  },
};

/** Signing works, and there is something to see to. */
const SIGNS: CheckReport = {
  reportVersion: "1.0",
  plugin: { name: "azure-kv", version: "2.0.0" },
  keyId: KEY_ID,
  signs: true,
  problems: [],
  warnings: [{ problem: "the clock is wrong", fix: "set this machine's clock: `date`" }],
  hosts: [
    { role: "vault", host: "v.example", addresses: ["192.0.2.1", "::1"], tls: TLS, milliseconds: 20 },
    { role: "Entra ID", host: "e.example", proxy: "http://proxy:3128", tls: TLS, milliseconds: 30 },
  ],
  credential: {
    ...{ credentialType: "default", source: "azurecli", granted: true, milliseconds: 400 },
    ...{ user: "p@example.com", objectId: "o" },
  },
  permissions: [
    { permission: "certificates get", needed: true, outcome: "granted", milliseconds: 50 },
    { permission: "secrets get", needed: false, outcome: "denied", detail: "403 AccessDenied" },
    { permission: "keys sign", needed: true, outcome: "granted", milliseconds: 60 },
  ],
  chain: { complete: true, certificates: [LEAF, ROOT] },
  signature: { signingAlgorithm: "ECDSA-SHA-256", verified: true },
  trust: TRUST,
  usage: { milliseconds: 900, requests: 4, connections: 1, roundTrips: 8 },
};
const { reportVersion, plugin, keyId } = SIGNS;

/** Nothing is found beyond what was asked. */
const FAILS: CheckReport = {
  ...{ reportVersion, plugin, keyId, signs: false, warnings: [], hosts: [], permissions: [] },
  problems: [
    { errorCode: "ACCESS_DENIED", problem: "no token\nAlso: no key", fix: "run `az login`" },
    { errorCode: "ERROR", problem: "no \u001b[2Jway" },
  ],
  usage: { milliseconds: 1, requests: 0, connections: 0, roundTrips: 1 },
};

/** Columns are as wide as they may be. */
const narrow = (text: string): string => text.replace(/(?<=\S) {2,}|^ {20,}/gm, "  ");

describe("the report as text", () => {
  test("tells what was found in the order of signing, what a verifier needs, and the verdict", () => {
    const text = narrow(reportText(SIGNS, false));
    expect(text.slice(0, text.indexOf(", on any machine"))).toBe(`notation-azure-kv 2.0.0 checks signing with
${KEY_ID}

✓ Network
    ✓ vault  v.example, DNS 192.0.2.1, ::1, TLS 1.3 with a certificate by "DigiCert", 20 ms
    ✓ Entra ID  e.example, by the proxy http://proxy:3128, TLS 1.3 with a certificate by "DigiCert", 30 ms
✓ Credential  default, which took azurecli, 400 ms
      user  p@example.com
      object id  o
✓ Permissions
    ✓ certificates get  granted, needed, 50 ms
    · secrets get  denied (403 AccessDenied), not needed
    ✓ keys sign  granted, needed, 60 ms
! Certificate chain
    ! leaf  C=US, CN=signer
  EC-256, valid to 2026-02-01, 29 days left
    !  it expires in 29 days; sign by \`notation sign --timestamp-url\`
    ✓ root  CN=root
  valid to 2036-01-01, 3652 days left
✓ Test signature  ECDSA-SHA-256, made by the vault, and verified with the leaf
  Cost  900 ms: 8 round trips, for 4 requests on 1 connection

To verify what is signed so`);
    expect(text).toEndWith(`

Warnings

1. the clock is wrong
   Fix: set this machine's clock: \`date\`

✓ Signing works, with 1 warning.
`);
  });

  test("that signing does not work ends with what is wrong and how to mend it", () => {
    expect(reportText(FAILS, false)).toBe(`notation-azure-kv 2.0.0 checks signing with
${KEY_ID}

Problems

1. no token
   Also: no key
   Fix: run \`az login\`

2. no \ufffd[2Jway

✗ Signing does not work: 2 problems.
`);
  });

  test("says what a verifier needs only of what can be signed", () => {
    expect(reportText({ ...SIGNS, signs: false }, false)).not.toContain("trustpolicy");
  });

  test("says why whoever verifies trusts more than one certificate", () => {
    const note = "\n! It trusts every certificate under this root: the leaf's subject has no O.\n";
    const trust = { ...TRUST, unmatchable: "the leaf's subject has no O" };
    expect(reportText(SIGNS, false)).not.toContain("It trusts every");
    expect(reportText({ ...SIGNS, trust }, false)).toContain(note);
  });

  test.each([
    ["that signing works", SIGNS],
    ["that it does not", FAILS],
  ])("%s is the same with colours, which only a terminal gets", (_what, report) => {
    const plain = reportText(report, false);
    const coloured = reportText(report, true);
    expect(plain).not.toContain("\u001b");
    expect(coloured).not.toBe(plain);
    expect(Bun.stripANSI(coloured)).toBe(plain);
  });

  test.each([
    [SIGNS, ["\u001b[32m✓", "\u001b[33m!", "\u001b[90m·", "\u001b[36m`date`\u001b[39m"]],
    [FAILS, ["\u001b[31m✗", "\u001b[36m`az login`\u001b[39m", "\u001b[1mProblems\u001b[22m"]],
  ])("has colours for marks, commands and headings (%#)", (report, texts) => {
    for (const text of texts) {
      expect(reportText(report, true)).toContain(text);
    }
  });
});

describe("the lines to paste into a shell", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
    await writeFile(join(folder, "notation"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([false, true])("write the files as they are, and load them (%p)", async (colours) => {
    const text = reportText(SIGNS, colours);
    const script = text.slice(text.indexOf("cat >"), text.search(/\n\n\S*Warnings/));
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: "/home" };
    const { stdout, stderr } = Bun.spawnSync(["sh", "-e", "-c", script], { cwd: folder, env });
    const [, root = ""] = /^cat > (\S+\.pem) /.exec(script) ?? [];
    const run = [`cert add --type ca --store myvault ${root}`, "policy import trustpolicy.json", ""];
    expect([stdout.toString(), stderr.toString()]).toEqual([run.join("\n"), ""]);
    expect(await readFile(join(folder, root), "utf8")).toBe(PEM);
    const policy = await readFile(join(folder, "trustpolicy.json"), "utf8");
    expect<unknown>(JSON.parse(policy)).toEqual(TRUST.trustPolicy);
    expect(policy).toContain(`"trustedIdentities": [${JSON.stringify(IDENTITY)}]`);
  });
});

describe("a section tells of", () => {
  const denied = { permission: "keys sign", needed: true, outcome: "denied" } as const;
  const unknown = { ...denied, outcome: "unknown", detail: "502" } as const;
  const notNeeded = { ...denied, needed: false };
  const expired = { ...LEAF, daysLeft: -1, violations: ["it expired"] };
  const ofAnotherKey = { signature: { signingAlgorithm: "a", verified: false } };

  test.each<[Partial<CheckReport>, string, string?]>([
    [{ hosts: [{ role: "vault", host: "h", failure: "no way" }] }, "bad Network", "bad vault no way"],
    [{ credential: { credentialType: "x", granted: false } }, "bad Credential x: no access token"],
    [{ permissions: [denied] }, "bad Permissions", "bad keys sign denied, needed"],
    [{ permissions: [unknown] }, "warning Permissions", "warning keys sign not known (502), needed"],
    [{ permissions: [notNeeded] }, "good Permissions", "neutral keys sign denied, not needed"],
    [{ chain: { complete: true, certificates: [ROOT] } }, "good Certificate chain", "good root CN=root"],
    [{ chain: { complete: false, certificates: [ROOT] } }, "bad Certificate", "bad its issuer was not found"],
    [{ chain: { complete: true, certificates: [expired] } }, "bad Certificate", "2026-02-01, expired"],
    [ofAnotherKey, "bad Test signature a, made by the vault, and not of the leaf's key"],
  ])("%j", (found, heading, line = heading) => {
    const words = sectionsOf({ ...SIGNS, ...found }).flatMap(({ mark, title, summary, lines }) => [
      [mark, title, summary],
      ...lines.map(({ mark: own, label, text }) => [own, label, text]),
    ]);
    const text = words.map((each) => each.filter(Boolean).join(" ")).join("\n");
    expect(text).toContain(heading);
    expect(text).toContain(line);
  });

  test("no signature, and why", () => {
    const { signature: _signature, ...unsigned } = SIGNS;
    const chain = { complete: true, certificates: [ROOT] };
    const last = (report: CheckReport): unknown => sectionsOf(report).at(-1);
    expect(last(unsigned)).toMatchObject({ mark: "bad", title: "Test signature", summary: "not made" });
    const summary = "not made, since the key spec is not known";
    expect(last({ ...unsigned, chain })).toMatchObject({ mark: "neutral", summary });
  });
});

describe("the report as JSON", () => {
  test.each([SIGNS, FAILS])("is one line, and the report (%#)", (report) => {
    expect(reportJson(report)).toMatch(/^.+\n$/);
    expect<unknown>(JSON.parse(reportJson(report))).toEqual(report);
  });

  test.each<[Partial<CheckReport>, string]>([
    [{ plugin: { ...plugin, version: "" } }, '"plugin.version" is ""'],
    [{ problems: [{ errorCode: "ERROR", problem: "" }] }, '"problems.0.problem"'],
    [{ usage: { ...SIGNS.usage, milliseconds: 0.5 } }, '"usage.milliseconds"'],
    [{ trust: Object.assign({ port: 1 }, TRUST) }, '"trust.port" is not known'],
  ])("%j breaks the schema, which is an ERROR", async (change, words) => {
    await expectError(() => reportJson({ ...SIGNS, ...change }), "ERROR", words);
  });
});
