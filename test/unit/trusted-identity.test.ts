/** Whom a verifier is told to trust: read by Notation's rules it must be the leaf's subject again, or else be anybody. */
import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readSequence } from "../../src/asn1/der.ts";
import { type Certificate, fingerprintOf, parseCertificate } from "../../src/certificate/certificate.ts";
import { type TrustedIdentity, trustedIdentityOf } from "../../src/trust-policy/trusted-identity.ts";
import { trustFor } from "../../src/trust-policy/verifier-trust.ts";
import { der, objectIdentifier, sequence } from "../pki/der.ts";
import { createCertificateAuthority, createSelfSigned, generatePrivateKey, issueLeaf } from "../pki/index.ts";
import { shapeCertificate, utf8Name } from "../pki/shaped.ts";
import { openssl } from "./openssl.ts";

type Attributes = readonly (readonly [type: string, value: string])[];

const EXAMPLE: Attributes = [
  ["C", "US"],
  ["ST", "WA"],
  ["O", "Example"],
];
const UTF8 = "utf8only";
const PREFIX = "x509.subject:";
const HOUR_MS = 3_600_000;

const read = (octets: Uint8Array): Certificate => parseCertificate(octets, "a test's");

/** Of a leaf whose subject has these attributes, all in UTF8String; or is this name, DER. */
async function identityOf(subject: Attributes | Uint8Array): Promise<TrustedIdentity> {
  const certificate = shapeCertificate({
    subject: subject instanceof Uint8Array ? subject : utf8Name(subject),
    subjectKey: await generatePrivateKey("EC-256"),
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
    extensions: [],
  });
  return trustedIdentityOf(read(certificate));
}

/** Of a leaf whose subject OpenSSL has made of its own notation, with the types of strings that a mask allows. */
async function identityByOpenssl(subject: string, mask = UTF8): Promise<TrustedIdentity> {
  const config = `[req]\ndistinguished_name = name\nstring_mask = ${mask}\n[name]\n`;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k.pem"];
  const certificate = ["-subj", subject, "-utf8", "-outform", "DER", "-out", "c.der"];
  const args = ["req", "-x509", "-config", "req.cnf", ...key, ...certificate];
  return trustedIdentityOf(read(await openssl(args, "c.der", { "req.cnf": config })));
}

/**
 * The attributes of an identity as Notation reads it; undefined where it refuses the policy that has it. These are the rules of
 * notation-go 1.3 (internal/pkix) and of the parser below it (go-ldap 3.4). It reads the subject of a leaf by the same, and takes
 * an attribute that is empty for one that is not there.
 */
function readByNotation({ identity }: TrustedIdentity): ReadonlyMap<string, string> | undefined {
  const attributes = new Map<string, string>();
  const text = identity.slice(PREFIX.length);
  const parts = Array.from(text.matchAll(/((?:\\.|[^\\=])*?)=((?:\\.|[^\\,;+])*)([,;+]|$)/gs));
  for (const [, type = "", value = "", end] of parts) {
    const name = unescaped(type);
    if (end === "+" || attributes.get(name)) {
      return undefined;
    }
    attributes.set(name, unescaped(value));
  }
  const whole = parts.map(([part]) => part).join("") === text;
  const filled = new Map([...attributes].filter(([, value]) => value !== ""));
  const hasMandatory = ["C", "ST", "O"].every((type) => filled.has(type));
  return identity.startsWith(PREFIX) && whole && hasMandatory && !text.includes("=#") ? filled : undefined;
}

/** Without the spaces around it, but for one at the end that is escaped. */
function unescaped(text: string): string {
  const [, trimmed = ""] = /^ *((?:\\.|[^\\])*?) *$/s.exec(text) ?? [];
  return trimmed.replace(/\\(?:([ "#+,;<=>\\])|([0-9A-Fa-f]{2}))/g, (_all, special?: string, hex?: string) =>
    hex === undefined ? String(special) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

describe("a trusted identity", () => {
  test("is the subject, in its order", async () => {
    const subject = "C=US, ST=WA, L=Redmond, O=Example, OU=Build, CN=signer";
    const { certificate } = await createSelfSigned({ subject });
    expect(trustedIdentityOf(read(certificate))).toEqual({
      identity: `x509.subject: ${subject}`,
      unmatchable: undefined,
    });
    expect((await identityOf([["CN", "signer"], ...EXAMPLE.toReversed()])).identity).toBe(
      "x509.subject: CN=signer, O=Example, ST=WA, C=US",
    );
  });

  test.each([
    ["2.5.4.5", "SERIALNUMBER", "12345"],
    ["2.5.4.9", "STREET", "1 Way"],
    ["2.5.4.17", "POSTALCODE", "98052"],
  ])("names %s as Notation does, %s", async (id, name, value) => {
    expect((await identityOf([...EXAMPLE, [id, value]])).identity).toBe(
      `x509.subject: C=US, ST=WA, O=Example, ${name}=${value}`,
    );
  });

  test.each([
    ["Example, Inc.", String.raw`Example\, Inc.`],
    ['a+b"c"\\d;<e>', String.raw`a\+b\"c\"\\d\;\<e\>`],
    ["#1", String.raw`\#1`],
    [" a b ", String.raw`\ a b\ `],
    ["a\0b", String.raw`a\00b`],
  ])("escapes %j as RFC 4514 has it", async (value, text) => {
    expect((await identityOf([...EXAMPLE, ["CN", value]])).identity).toEndWith(`O=Example, CN=${text}`);
  });

  test.each([
    ...["Example, Inc.", "a+b", 'say "a"', "a\\b", "a;b", "<a>", "a=b", "=", "C=DE, O=Other", "*"],
    ...["#", "#a", "##", "a#", " #a", "# "],
    ...[" a", "a ", "  a  ", " ", "  ", "\\", "a\\", "a\\ ", "\\ a", "\\,", "a,", "\\\\", "a\\20", "a\\00"],
    ...["Grüße", "日本 ", " 😀", "\u00a0a\u00a0", "\ufeffa", "e\u0301", "a\nb", "\ta\t", "a\0ff", ""],
  ])("with the value %j is read as it by Notation", async (value) => {
    const names: Attributes = [...EXAMPLE, ["OU", value], ["CN", `${value}|${value}`], ["L", value]];
    const trusted = await identityOf(names);
    expect(trusted.unmatchable).toBeUndefined();
    expect(readByNotation(trusted)).toEqual(new Map(names.filter(([, each]) => each !== "")));
  });

  test.each([
    ["CN", "CN"],
    ["2.5.4.5", "SERIALNUMBER"],
  ])("of a subject that has %s twice has the last one, which alone Notation reads", async (type, name) => {
    const trusted = await identityOf([[type, "first"], ...EXAMPLE, [type, "last"], ["OU", "u"]]);
    expect(readByNotation(trusted)).toEqual(new Map([...EXAMPLE, [name, "last"], ["OU", "u"]]));
  });

  test.each<[string, string, string, Record<string, string>]>([
    [
      "of characters that are escaped",
      String.raw`/C=US/ST=WA/O=Example\, "Inc." \+ \\ \; <x>/CN=# a`,
      UTF8,
      { O: String.raw`Example, "Inc." + \ ; <x>`, CN: "# a" },
    ],
    ["with spaces around", "/C=US/ST=WA/O= Example /CN=  a", UTF8, { O: " Example ", CN: "  a" }],
    ["in UTF8String", "/C=US/ST=WA/O=Grüße 日本/CN=😀", UTF8, { O: "Grüße 日本", CN: "😀" }],
    ["in BMPString", "/C=US/ST=WA/O=Grüße 日本/CN=a", "MASK:0x800", { O: "Grüße 日本", CN: "a" }],
    ["in T61String", "/C=US/ST=WA/O=Grüße/CN=a", "MASK:0x4", { O: "Grüße", CN: "a" }],
    ["in PrintableString", "/C=US/ST=WA/O=Example/CN=a", "MASK:0x2", { O: "Example", CN: "a" }],
    ["with two types in one RDN", "/C=US/ST=WA/O=Example+OU=Build/CN=a", UTF8, { OU: "Build", CN: "a" }],
    [
      "with all types that Notation reads",
      "/C=US/ST=WA/O=Example/L=l/OU=u/CN=c/serialNumber=1/street=s/postalCode=2",
      UTF8,
      { L: "l", OU: "u", CN: "c", SERIALNUMBER: "1", STREET: "s", POSTALCODE: "2" },
    ],
  ])("of a subject by OpenSSL %s is read as it by Notation", async (_what, subject, mask, values) => {
    const trusted = await identityByOpenssl(subject, mask);
    expect(trusted.unmatchable).toBeUndefined();
    expect(readByNotation(trusted)).toEqual(new Map([...EXAMPLE, ...Object.entries(values)]));
  });
});

test("a NumericString in a subject is read as any other by Notation", async () => {
  const postalCode = sequence(objectIdentifier("550411"), der(0x12, Buffer.from("98052")));
  const example = readSequence(utf8Name(EXAMPLE)).map(({ encoded }) => encoded);
  const trusted = await identityOf(new Uint8Array(sequence(...example, der(0x31, postalCode))));
  expect(readByNotation(trusted)).toEqual(new Map([...EXAMPLE, ["POSTALCODE", "98052"]]));
});

test("of several CN the last one counts, also where it is empty: then there is none", async () => {
  const trusted = await identityOf([...EXAMPLE, ["CN", "a"], ["CN", ""]]);
  expect(trusted).toEqual({ identity: "x509.subject: C=US, ST=WA, O=Example", unmatchable: undefined });
});

describe("a leaf that Notation matches by no identity is trusted as anybody, since its subject", () => {
  test.each([
    [
      "has an e-mail address",
      "/C=US/ST=WA/O=Example/emailAddress=a@example.com",
      /has the attribute (?:E|emailAddress),/,
    ],
    ["has a domain component", "/DC=com/C=US/ST=WA/O=Example", /has the attribute DC,/],
    ["has a title", "/C=US/ST=WA/O=Example/CN=a/title=t", /has the attribute (?:T|2\.5\.4\.12),/],
    ["has a type without a name", "/C=US/ST=WA/O=Example/2.5.4.97=a", /has the attribute 2\.5\.4\.97,/],
    ["has OU twice", "/C=US/ST=WA/O=Example/OU=a/OU=b", /has OU more than once/],
    ["has OU twice in one RDN", "/C=US/ST=WA/O=Example/OU=a+OU=b", /has OU more than once/],
    ["has O twice, and alike", "/C=US/ST=WA/O=Example/O=Example", /has O more than once/],
    ["holds =#", "/C=US/ST=WA/O=Example/CN=a=#b", /holds "=#"/],
    ["has no C", "/ST=WA/O=Example/CN=a", /has no C,/],
    ["has no ST", "/C=US/O=Example/CN=a", /has no ST,/],
    ["has no O", "/C=US/ST=WA/CN=a", /has no O,/],
    ["has none of them", "/CN=a", /has no C, ST, O,/],
  ])("%s", async (_what, subject, reason) => {
    expect(await identityByOpenssl(subject)).toEqual({
      identity: "*",
      unmatchable: expect.stringMatching(reason),
    });
  });

  test.each([
    ["begins a value with =#", [...EXAMPLE, ["CN", "=#a"]], /holds "=#"/],
    ["has an O that is empty", [...EXAMPLE.slice(0, 2), ["O", ""]], /has no O,/],
    ["has OU twice, of which one is empty", [...EXAMPLE, ["OU", ""], ["OU", "a"]], /has OU more than once/],
    ["has O twice, of which one is empty", [...EXAMPLE, ["O", ""]], /has O more than once/],
    ["is empty", [], /has no C, ST, O,/],
  ] as const)("%s", async (_what, attributes, reason) => {
    expect(await identityOf(attributes)).toEqual({
      identity: "*",
      unmatchable: expect.stringMatching(reason),
    });
  });
});

describe("what a verifier needs to trust", () => {
  test("is the root, and the subject of the leaf", async () => {
    const issuer = await createCertificateAuthority({ subject: "CN=root" });
    const { certificate } = await issueLeaf({ subject: "C=US, ST=WA, O=Example, CN=signer", issuer });
    const trust = trustFor(read(certificate), read(issuer.certificate), "myvault");
    const identity = "x509.subject: C=US, ST=WA, O=Example, CN=signer";
    const { rootCertificate, ...others } = trust;
    expect(new X509Certificate(rootCertificate).raw).toEqual(Buffer.from(issuer.certificate));
    expect(others).toEqual({
      identity,
      unmatchable: undefined,
      trustStore: "ca:myvault",
      rootSha256: new X509Certificate(issuer.certificate).fingerprint256.replaceAll(":", ""),
      trustPolicy: {
        version: "1.0",
        trustPolicies: [
          {
            name: "signed-by-myvault",
            registryScopes: ["*"],
            signatureVerification: { level: "strict" },
            trustStores: ["ca:myvault"],
            trustedIdentities: [identity],
          },
        ],
      },
    });
  });

  test("is anybody below the root where no identity can be said", async () => {
    const { certificate } = await createSelfSigned({ subject: "CN=signer" });
    const leaf = read(certificate);
    const { trustPolicy, unmatchable, rootSha256 } = trustFor(leaf, leaf, "v");
    expect(trustPolicy.trustPolicies.map(({ trustedIdentities }) => trustedIdentities)).toEqual([["*"]]);
    expect(unmatchable).toContain("no C, ST, O");
    expect(rootSha256).toBe(fingerprintOf(leaf));
  });
});
