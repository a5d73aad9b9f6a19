/** Certificate policies: https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#certificate-policy */
import "reflect-metadata";
import { type KeyObject, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { type KeySpec, keySpecOf } from "../../pki/index.ts";
import { asObject } from "../http/exchange.ts";
import { badParameter } from "./errors.ts";

export type ContentType = "application/x-pkcs12" | "application/x-pem-file";
export type KeyType = "RSA" | "RSA-HSM" | "EC" | "EC-HSM";

/** What a certificate is made by, and how its secret shows it. */
export interface CertificatePolicy {
  readonly keyType: KeyType;
  readonly keySpec: KeySpec;
  readonly exportable: boolean;
  readonly reuseKey: boolean;
  readonly contentType: ContentType;
  readonly subject: string;
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  /** Names such as `digitalSignature`. */
  readonly keyUsages: readonly KeyUsageName[];
  readonly dnsNames: readonly string[];
  readonly validityMonths: number;
  /** `Self`, `Unknown`, or a name that the vault has a contract of. */
  readonly issuer: string;
  /** Kept and shown; nothing is renewed and nobody is mailed. */
  readonly lifetimeActions: readonly unknown[];
}

export type KeyUsageName = Exclude<keyof typeof x509.KeyUsageFlags, number>;

/** The service's defaults where a policy says nothing: those of a TLS server, which Notation refuses. */
const DEFAULTS = {
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
  keyUsages: ["digitalSignature", "keyEncipherment"],
  validityMonths: 12,
  keySize: 2048,
  curve: "P-256",
} as const;

const CONTENT_TYPES: readonly ContentType[] = ["application/x-pkcs12", "application/x-pem-file"];
const KEY_TYPES: readonly KeyType[] = ["RSA", "RSA-HSM", "EC", "EC-HSM"];

const RSA_SPECS: Readonly<Record<number, KeySpec>> = { 2048: "RSA-2048", 3072: "RSA-3072", 4096: "RSA-4096" };
const EC_SPECS: Readonly<Record<string, KeySpec>> = {
  "P-256": "EC-256",
  "P-384": "EC-384",
  "P-521": "EC-521",
};

/** Reads the policy of a request to create a certificate. Throws BadParameter where the service would. */
export function readPolicy(value: unknown): CertificatePolicy {
  const policy = asObject(value);
  if (policy === undefined) {
    throw badParameter("Property policy is missing or invalid.\r\n");
  }
  const key = asObject(policy["key_props"]) ?? {};
  const x509Properties = asObject(policy["x509_props"]) ?? {};
  const keyType = readKeyType(key);
  const subject = x509Properties["subject"];
  if (typeof subject !== "string" || subject === "") {
    throw invalid("subject");
  }
  const issuer = readIssuer(asObject(policy["issuer"])?.["name"]);
  const lifetimeActions = policy["lifetime_actions"];
  return {
    keyType,
    keySpec: readKeySpec(key, keyType),
    exportable: readExportable(key["exportable"], keyType),
    reuseKey: key["reuse_key"] === true,
    contentType: readContentType(asObject(policy["secret_props"])?.["contentType"]),
    subject: checkSubject(subject),
    extendedKeyUsages: readTexts(x509Properties["ekus"], "ekus") ?? DEFAULTS.extendedKeyUsages,
    keyUsages: readKeyUsages(x509Properties["key_usage"]),
    dnsNames: readTexts(asObject(x509Properties["sans"])?.["dns_names"], "dns_names") ?? [],
    validityMonths: readMonths(x509Properties["validity_months"]),
    issuer,
    lifetimeActions: Array.isArray(lifetimeActions) ? lifetimeActions : [defaultAction(issuer)],
  };
}

/** The policy that an import makes of the certificate itself: its issuer is unknown to the vault. */
export function policyOfCertificate(
  leaf: Uint8Array,
  privateKey: KeyObject,
  { exportable, contentType }: Pick<CertificatePolicy, "exportable" | "contentType">,
): CertificatePolicy {
  const keySpec = keySpecOf(privateKey);
  // `keyUsage` of node:crypto is the extended key usage, as OIDs.
  const { subject, keyUsage = [], validFrom, validTo } = new X509Certificate(leaf);
  const days = (new Date(validTo).getTime() - new Date(validFrom).getTime()) / 86_400_000;
  return {
    keyType: keySpec.startsWith("RSA") ? "RSA" : "EC",
    keySpec,
    exportable,
    reuseKey: false,
    contentType,
    subject: subject.split("\n").reverse().join(", "),
    extendedKeyUsages: keyUsage,
    keyUsages: keyUsagesOf(leaf),
    dnsNames: [],
    validityMonths: Math.round(days / 30.44),
    issuer: "Unknown",
    lifetimeActions: [defaultAction("Unknown")],
  };
}

/** What the vault cannot renew by itself it announces. */
function defaultAction(issuer: string): object {
  const type = issuer === "Self" ? "AutoRenew" : "EmailContacts";
  return { trigger: { lifetime_percentage: 80 }, action: { action_type: type } };
}

/** What an import's own policy may say: how the secret is kept. */
export function readImportPolicy(value: unknown): {
  readonly exportable: boolean;
  readonly contentType?: ContentType;
} {
  const policy = asObject(value) ?? {};
  const contentType = asObject(policy["secret_props"])?.["contentType"];
  return {
    exportable: asObject(policy["key_props"])?.["exportable"] !== false,
    ...(typeof contentType === "string" && { contentType: readContentType(contentType) }),
  };
}

/** The policy as the REST API shows it. `created` in seconds since 1970. */
export function policyBundle(policy: CertificatePolicy, id: string, created: number): object {
  const [kind, size = ""] = policy.keySpec.split("-");
  return {
    id,
    key_props: {
      exportable: policy.exportable,
      kty: policy.keyType,
      ...(kind === "RSA" ? { key_size: Number(size) } : { crv: `P-${size}` }),
      reuse_key: policy.reuseKey,
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      ...(policy.dnsNames.length > 0 && { sans: { dns_names: policy.dnsNames } }),
      ekus: policy.extendedKeyUsages,
      key_usage: policy.keyUsages,
      validity_months: policy.validityMonths,
      basic_constraints: { ca: false },
    },
    lifetime_actions: policy.lifetimeActions,
    issuer: { name: policy.issuer },
    attributes: { enabled: true, created, updated: created },
  };
}

function keyUsagesOf(leaf: Uint8Array): readonly KeyUsageName[] {
  const extension = new x509.X509Certificate(new Uint8Array(leaf)).getExtension(x509.KeyUsagesExtension);
  const usages = extension?.usages ?? 0;
  return KEY_USAGE_NAMES.filter((name) => (usages & x509.KeyUsageFlags[name]) !== 0);
}

const KEY_USAGE_NAMES: readonly KeyUsageName[] = [
  ...(["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement"] as const),
  ...(["keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"] as const),
];

function readKeyType({ kty = "RSA" }: Readonly<Record<string, unknown>>): KeyType {
  const keyType = KEY_TYPES.find((known) => known === kty);
  if (keyType === undefined) {
    throw invalid("kty");
  }
  return keyType;
}

function readKeySpec(key: Readonly<Record<string, unknown>>, keyType: KeyType): KeySpec {
  const elliptic = keyType.startsWith("EC");
  const keySpec = elliptic
    ? EC_SPECS[String(key["crv"] ?? DEFAULTS.curve)]
    : RSA_SPECS[Number(key["key_size"] ?? DEFAULTS.keySize)];
  if (keySpec === undefined) {
    throw invalid(elliptic ? "crv" : "key_size");
  }
  return keySpec;
}

/** A key in a hardware security module never leaves it. */
function readExportable(value: unknown, keyType: KeyType): boolean {
  const inHardware = keyType.endsWith("-HSM");
  if (value === true && inHardware) {
    throw invalid("exportable");
  }
  return value === undefined || value === null ? !inHardware : value === true;
}

function readContentType(value: unknown = CONTENT_TYPES[0]): ContentType {
  const contentType = CONTENT_TYPES.find((known) => known === value);
  if (contentType === undefined) {
    throw invalid("contentType");
  }
  return contentType;
}

function checkSubject(subject: string): string {
  try {
    new x509.Name(subject);
  } catch {
    throw invalid("subject");
  }
  return subject;
}

function readKeyUsages(value: unknown): readonly KeyUsageName[] {
  return (readTexts(value, "key_usage") ?? DEFAULTS.keyUsages).map((text) => {
    const name = KEY_USAGE_NAMES.find((known) => known === text);
    if (name === undefined) {
      throw invalid("key_usage");
    }
    return name;
  });
}

function readMonths(value: unknown = DEFAULTS.validityMonths): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw invalid("validity_months");
  }
  return value;
}

/** Without an issuer the service takes the certificate to come from outside. */
function readIssuer(value: unknown = "Unknown"): string {
  const issuer = ["Self", "Unknown"].find((known) => known.toLowerCase() === String(value).toLowerCase());
  if (issuer === undefined) {
    throw badParameter(`The issuer '${value}' was not found in this key vault.`);
  }
  return issuer;
}

function readTexts(value: unknown, property: string): readonly string[] | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw invalid(property);
  }
  return value.length === 0 ? undefined : value.map(String);
}

function invalid(property: string) {
  return badParameter(`Property ${property} has invalid value\r\n`);
}
