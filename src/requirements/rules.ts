import { type Certificate, isValidAt, validityOf } from "../certificate/certificate.ts";
import {
  basicConstraintsOf,
  EXTENSION,
  extendedKeyUsageOf,
  type KeyUsage,
  keyUsageOf,
} from "../certificate/extensions.ts";
import { describeKeyOf, keySpecOf } from "../certificate/key-spec.ts";
import { READABILITY_RULES } from "./readability.ts";
import { type Finding, issueAgain, type Position, type Rule } from "./rule.ts";
import { checkSignatureAlgorithm } from "./signature-algorithm.ts";

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** Purposes that a signing certificate must not have, by object identifier (RFC 5280, section 4.2.1.12). */
const REFUSED_PURPOSES: ReadonlyMap<string, string> = new Map([
  ["1.3.6.1.5.5.7.3.1", "serverAuth"],
  ["1.3.6.1.5.5.7.3.2", "clientAuth"],
  ["1.3.6.1.5.5.7.3.4", "emailProtection"],
  ["1.3.6.1.5.5.7.3.8", "timeStamping"],
  ["1.3.6.1.5.5.7.3.9", "OCSPSigning"],
]);

const LEAF_USAGES: ReadonlySet<KeyUsage> = new Set(["digitalSignature", "nonRepudiation"]);

const SIGNING_POLICY = {
  x509CertificateProperties: { keyUsage: ["digitalSignature"], ekus: [CODE_SIGNING] },
} as const;

/** Of every certificate in a chain. */
const RULES_OF_ALL: readonly Rule[] = [checkValidity, ...READABILITY_RULES, checkSignatureAlgorithm];

/**
 * What Notation 1.3 refuses of a leaf (signature specification, "Certificate requirements"). It is laxer than the
 * specification: a signer should not be kept from what works.
 */
export const LEAF_RULES: readonly Rule[] = [
  ...RULES_OF_ALL,
  checkNoCa,
  checkLeafUsage,
  checkPurposes,
  checkKey,
];

/** What Notation 1.3 refuses of the other certificates. */
export const CA_RULES: readonly Rule[] = [...RULES_OF_ALL, checkCa, checkPathLength, checkCaUsage];

function checkValidity(certificate: Certificate, { now }: Position): Finding | undefined {
  if (isValidAt(certificate, now)) {
    return undefined;
  }
  const { validFrom, validTo } = validityOf(certificate);
  const until = new Date(validFrom);
  return now < until.getTime()
    ? { problem: `it is not valid before ${validFrom}`, remedy: { kind: "wait", until } }
    : issueAgain(`it expired on ${validTo}`);
}

function checkNoCa({ contents }: Certificate): Finding | undefined {
  return basicConstraintsOf(contents)?.isCa
    ? issueAgain(
        "it is a CA certificate (basicConstraints has cA true); the certificate that signs must be none",
      )
    : undefined;
}

function checkLeafUsage({ contents }: Certificate): Finding | undefined {
  const wanted = "it must be digitalSignature, beside which only nonRepudiation may stand";
  const usages = keyUsageOf(contents);
  if (usages === undefined) {
    return issueAgain(`it has no key usage; ${wanted}`, SIGNING_POLICY);
  }
  if (!usages.includes("digitalSignature") || usages.some((usage) => !LEAF_USAGES.has(usage))) {
    return issueAgain(`its key usage is ${usages.join(", ") || "empty"}; ${wanted}`, SIGNING_POLICY);
  }
  return checkCriticalUsage(contents.extensions.get(EXTENSION.keyUsage)?.critical);
}

function checkPurposes({ contents }: Certificate): Finding | undefined {
  const names = (extendedKeyUsageOf(contents) ?? []).flatMap((id) => REFUSED_PURPOSES.get(id) ?? []);
  return names.length === 0
    ? undefined
    : issueAgain(`its extended key usage has ${names.join(", ")}; it must be codeSigning`, SIGNING_POLICY);
}

function checkKey(certificate: Certificate): Promise<Finding> | undefined {
  return keySpecOf(certificate) === undefined ? nameKey(certificate) : undefined;
}

async function nameKey(certificate: Certificate): Promise<Finding> {
  const { name, isElliptic } = await describeKeyOf(certificate);
  return issueAgain(
    `its key is ${name}; it must be RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521`,
    isElliptic ? { keyProperties: { curve: "P-256" } } : undefined,
  );
}

function checkCa({ contents }: Certificate): Finding | undefined {
  const constraints = basicConstraintsOf(contents);
  return constraints?.isCa
    ? undefined
    : issueAgain(
        `it ${constraints === undefined ? "has no basicConstraints" : "has basicConstraints without cA"}, and has ` +
          "issued the certificate before it; only a CA certificate may",
      );
}

function checkPathLength({ contents }: Certificate, { index }: Position): Finding | undefined {
  const allowed = basicConstraintsOf(contents)?.pathLength;
  const below = index - 1;
  return allowed === undefined || below <= allowed
    ? undefined
    : issueAgain(
        `its path length allows ${allowed} CA certificate${allowed === 1 ? "" : "s"} between it and the leaf, and ` +
          `there ${below === 1 ? "is" : "are"} ${below}`,
      );
}

function checkCaUsage({ contents }: Certificate): Finding | undefined {
  const usages = keyUsageOf(contents);
  if (!usages?.includes("keyCertSign")) {
    return issueAgain(
      `${usages === undefined ? "it has no key usage" : `its key usage is ${usages.join(", ") || "empty"}`}; that of a ` +
        "CA certificate must have keyCertSign",
    );
  }
  return checkCriticalUsage(contents.extensions.get(EXTENSION.keyUsage)?.critical);
}

function checkCriticalUsage(critical: boolean | undefined): Finding | undefined {
  return critical ? undefined : issueAgain("its key usage is not marked critical", undefined);
}
