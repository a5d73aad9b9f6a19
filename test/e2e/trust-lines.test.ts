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
  type CheckedVault,
  createMachine,
  expectNotVerified,
  expectVerified,
  nameOf,
  openCheckedVault,
} from "./trust-lines.ts";
import {
  C,
  MATCHED,
  neighbourOf,
  OTHER_SUBJECT,
  ST,
  UNMATCHED,
  UNREADABLE_SUBJECT,
  UNTRUSTED_ROOT,
} from "./trusted-subjects.ts";

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
