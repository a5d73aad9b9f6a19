/**
 * What `check` prints for whoever verifies is pasted into a shell on a machine that trusts nothing yet: then the official
 * Notation CLI verifies what the key signs, whatever the subject of its certificate is, and nothing that others sign.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { ISSUING_CA, type Made, makeCa, makeLeaf, ROOT, STRANGER } from "../chains/certificates.ts";
import { requestToken, secretForm } from "../emulator/client.ts";
import { SIGNER_SUBJECT } from "./hierarchy.ts";
import { createSecretSearch } from "./private-key-search.ts";
import { CASE_LIMIT_MS, STAGE_LIMIT_MS } from "./stage.ts";
import {
  type Attribute,
  type CheckedVault,
  createMachine,
  expectNotVerified,
  expectVerified,
  nameOf,
  openCheckedVault,
} from "./trust-lines.ts";

let vault: CheckedVault;
let issuingCa: Made;
/** Signed by another under the root of all, and by a namesake of the usual signer under another root. */
let others: { readonly sameRoot: string; readonly otherRoot: string };

beforeAll(async () => {
  vault = await openCheckedVault();
  issuingCa = makeCa(ISSUING_CA, { issuer: makeCa(ROOT) });
  others = {
    sameRoot: await signBy(makeLeaf(issuingCa, { subject: "C=US, ST=WA, O=Example, CN=Another signer" })),
    otherRoot: await signBy(makeLeaf(makeCa(STRANGER))),
  };
}, STAGE_LIMIT_MS);

afterAll(() => vault?.stage.close());

function signBy(leaf: Made): Promise<string> {
  return vault.sign(vault.importLeaf(leaf));
}

/** An image that was signed by the leaf, and a machine with nothing but the lines that `check` printed for its key. */
async function signAndPaste(leaf: Made) {
  const ids = vault.importLeaf(leaf);
  const { note, lines } = await vault.check(ids);
  const machine = await createMachine(vault.stage);
  await machine.paste(lines);
  return { image: await vault.sign(ids), machine, note, identities: await machine.readIdentities() };
}

// Why Notation does not verify.
const UNTRUSTED_ROOT = "the signature's certificate chain does not contain any trusted certificate";
const OTHER_SUBJECT = "does not match the X.509 trusted identities";
const UNREADABLE_SUBJECT = "error while parsing the certificate subject from the digital signature";

const C: Attribute = ["C", "US", "PrintableString"];
const ST: Attribute = ["ST", "WA"];
const O: Attribute = ["O", "Example"];

/** What comes after C and ST, the special at its end; and how RFC 4514, section 2.4, writes it. */
const MATCHED: readonly (readonly [title: string, attributes: readonly Attribute[], identity: string])[] = [
  [
    "nothing special",
    [["L", "Redmond"], O, ["CN", "Example signer"]],
    "L=Redmond, O=Example, CN=Example signer",
  ],
  ["a comma", [["O", "Example, Inc."]], String.raw`O=Example\, Inc.`],
  ["a plus", [["O", "R+D"]], String.raw`O=R\+D`],
  ["quotes", [["O", 'The "Example"']], String.raw`O=The \"Example\"`],
  ["a semicolon", [["O", "A; B"]], String.raw`O=A\; B`],
  ["angle brackets", [["O", "<Example>"]], String.raw`O=\<Example\>`],
  ["backslashes", [["O", "A\\B\\"]], "O=A\\\\B\\\\"],
  ["an equals sign", [O, ["CN", "a=b"]], "O=Example, CN=a=b"],
  // Without the backslash it would be read as a value in hexadecimal.
  ["a leading #", [O, ["CN", "#0403"]], String.raw`O=Example, CN=\#0403`],
  ["spaces at both ends", [O, ["CN", " a "]], String.raw`O=Example, CN=\ a\ `],
  ["what a shell expands", [O, ["CN", "$(id) `id` $HOME '"]], "O=Example, CN=$(id) `id` $HOME '"],
  ["what ends a here-document", [O, ["CN", "a\nEND\nb"]], "O=Example, CN=a\nEND\nb"],
  ["letters outside ASCII", [["O", "Exämple GmbH"]], "O=Exämple GmbH"],
  ["such letters in BMPString", [["O", "Exämple GmbH", "BMPString"]], "O=Exämple GmbH"],
  ["such letters in TeletexString", [["O", "Exämple GmbH", "TeletexString"]], "O=Exämple GmbH"],
  ["SERIALNUMBER", [O, ["SERIALNUMBER", "12-3"]], "O=Example, SERIALNUMBER=12-3"],
  [
    "SERIALNUMBER in NumericString",
    [O, ["SERIALNUMBER", "123", "NumericString"]],
    "O=Example, SERIALNUMBER=123",
  ],
  ["two CN, of which Notation reads the last", [O, ["CN", "a"], ["CN", "b"]], "O=Example, CN=b"],
  ["STREET", [O, ["STREET", "1 Way"]], "O=Example, STREET=1 Way"],
  ["POSTALCODE", [O, ["POSTALCODE", "98052"]], "O=Example, POSTALCODE=98052"],
  ["one OU", [O, ["OU", "Release"]], "O=Example, OU=Release"],
];

/** The same but for one letter at the end. */
function neighbourOf(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.map(([type, value, stringType], index) => {
    const isLast = index === attributes.length - 1;
    const another = stringType === "NumericString" ? "1" : "x";
    return [type, isLast ? value + another : value, stringType];
  });
}

test.each([...MATCHED])(
  "a subject with %s: what it signs verifies, and nothing of other subjects",
  async (_title, attributes, identity) => {
    const subject = [C, ST, ...attributes];
    const { image, machine, note, identities } = await signAndPaste(
      makeLeaf(issuingCa, { subject: nameOf(subject) }),
    );
    expect(note).toBeUndefined();
    expect(identities).toEqual([`x509.subject: C=US, ST=WA, ${identity}`]);
    await expectVerified(machine, image);
    const neighbour = await signBy(makeLeaf(issuingCa, { subject: nameOf(neighbourOf(subject)) }));
    await expectNotVerified(machine, neighbour, OTHER_SUBJECT);
    await expectNotVerified(machine, others.sameRoot, OTHER_SUBJECT);
    await expectNotVerified(machine, others.otherRoot, UNTRUSTED_ROOT);
  },
  CASE_LIMIT_MS,
);

interface UnmatchedSubject {
  readonly title: string;
  readonly attributes: readonly Attribute[];
  /** A part of why `check` says that it trusts all. */
  readonly reason: string;
  /** As an identity would say it, and why Notation does not take that: where the policy is imported, or later. */
  readonly identity: string;
  readonly refusal: string;
}

const UNMATCHED: readonly UnmatchedSubject[] = [
  {
    title: "with several OU",
    attributes: [C, ST, O, ["OU", "Signing"], ["OU", "Release"]],
    reason: "the leaf's subject has OU more than once",
    identity: "C=US, ST=WA, O=Example, OU=Signing, OU=Release",
    refusal: 'has duplicate RDN attribute for "OU"',
  },
  {
    title: "with an emailAddress",
    attributes: [C, ST, O, ["emailAddress", "signer@example.com", "IA5String"]],
    reason: "the leaf's subject has the attribute emailAddress",
    identity: "C=US, ST=WA, O=Example, emailAddress=signer@example.com",
    refusal: UNREADABLE_SUBJECT,
  },
  {
    title: "without ST",
    attributes: [C, O, ["CN", "Example signer"]],
    reason: "the leaf's subject has no ST",
    identity: "C=US, O=Example, CN=Example signer",
    refusal: 'has no mandatory RDN attribute for "ST"',
  },
  {
    title: "with =# in a value",
    attributes: [C, ST, O, ["CN", "a=#b"]],
    reason: 'the leaf\'s subject holds "=#"',
    identity: "C=US, ST=WA, O=Example, CN=a=#b",
    refusal: 'does not support x509.subject identities containing "=#"',
  },
];

test.each([...UNMATCHED])(
  "a subject $title: all under the root is trusted, which is said, since Notation takes nothing narrower",
  async ({ attributes, reason, identity, refusal }) => {
    const { image, machine, note, identities } = await signAndPaste(
      makeLeaf(issuingCa, { subject: nameOf(attributes) }),
    );
    expect(note).toContain(reason);
    expect(identities).toEqual(["*"]);
    await expectVerified(machine, image);
    await expectVerified(machine, others.sameRoot);
    await expectNotVerified(machine, others.otherRoot, UNTRUSTED_ROOT);

    const { exitCode, stderr } = await machine.importPolicyFor(`x509.subject: ${identity}`);
    if (exitCode === 0) {
      await expectNotVerified(machine, image, refusal);
    } else {
      expect(stderr).toContain(refusal);
    }
    // The least that an identity may say.
    expect(await machine.importPolicyFor("x509.subject: C=US, ST=WA, O=Example")).toMatchObject({
      exitCode: 0,
    });
    await expectNotVerified(machine, image, UNREADABLE_SUBJECT);
    // The control: it is enough for a subject that Notation can read.
    await expectVerified(machine, others.sameRoot);
  },
  CASE_LIMIT_MS,
);

test(
  "a self-signed certificate: what it signs verifies, and nothing of its namesakes",
  async () => {
    const { image, machine, note, identities } = await signAndPaste(makeLeaf(undefined));
    expect(note).toBeUndefined();
    expect(identities).toEqual([`x509.subject: ${SIGNER_SUBJECT}`]);
    await expectVerified(machine, image);
    await expectNotVerified(machine, await signBy(makeLeaf(undefined)), UNTRUSTED_ROOT);
  },
  CASE_LIMIT_MS,
);

test(
  "nothing is trusted before the lines are pasted, and nothing but what they say after; revocation is checked",
  async () => {
    const ids = vault.importLeaf(makeLeaf(issuingCa));
    const image = await vault.sign(ids);
    const { lines } = await vault.check(ids);
    const machine = await createMachine(vault.stage);
    const before = await machine.notation("verify", image);
    expect(before.stderr).toContain("trust policy is not present");
    expect(before.exitCode).toBe(1);

    await machine.paste(lines);
    const [, ...rows] = (await machine.notation("cert", "ls")).stdout.trim().split("\n");
    expect(rows.map((row) => row.trim().split(/\s+/))).toEqual([
      ["ca", "trust-lines", expect.stringMatching(/^root-[0-9A-F]{8}\.pem$/)],
    ]);
    expect(JSON.parse((await machine.notation("policy", "show")).stdout)).toEqual(await machine.readPolicy());
    const { trustPolicies } = await machine.readPolicy();
    expect(trustPolicies.map(({ signatureVerification }) => signatureVerification)).toEqual([
      { level: "strict" },
    ]);
    const { exitCode, stderr } = await machine.notation("verify", "--verbose", image);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("neither has an OCSP nor a CRL revocation method");
  },
  CASE_LIMIT_MS,
);

test(
  "no private key, no secret and no token is in what check printed",
  async () => {
    const { stage, signer, privateKeys } = vault;
    const secrets = [signer.environment["AZURE_CLIENT_SECRET"] ?? "", ...(await vault.readSecretValues())];
    const search = createSecretSearch({ privateKeys, values: secrets });
    const token = /\beyJ[\w-]{8,}\.eyJ/;
    // The control first: what is sought is found where it is.
    for (const secret of [...secrets, ...privateKeys.map((key) => key.export({ format: "jwk" }).d ?? "")]) {
      expect(search(`"${secret}"`)).toBeGreaterThan(0);
    }
    expect(JSON.stringify((await requestToken(stage.emulator, secretForm(signer))).json)).toMatch(token);

    // It is the last test, so that there is something to look through.
    const runs = stage.transcript.filter(({ command }) => /^notation-azure-kv\S* check /.test(command));
    const printed = runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(runs.length).toBeGreaterThan(10);
    expect(search(printed)).toBe(0);
    expect(printed).not.toMatch(token);
  },
  CASE_LIMIT_MS,
);
