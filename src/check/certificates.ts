import {
  type Certificate,
  fingerprintOf,
  isSelfSigned,
  issuerOf,
  subjectOf,
  validityOf,
} from "../certificate/certificate.ts";
import { keySpecOf } from "../certificate/key-spec.ts";
import type { Path } from "../chain/path-to-root.ts";
import type { CheckedCertificate, CheckedChain } from "../protocol/generated/validators.js";
import { daysLeft, findAdvice } from "../requirements/advice.ts";
import { findViolations } from "../requirements/requirements.ts";

/** The chain, or the part of it that there is, with what is to be said of each certificate. */
export async function describeChain(path: Path, now: number): Promise<CheckedChain> {
  const { certificates, reachesRoot } = path;
  const violations = await findViolations(certificates, now);
  const advice = findAdvice(certificates, now);
  const saidOf = (certificate: Certificate, all: typeof violations | typeof advice): string[] =>
    all.filter((each) => each.certificate === certificate).map(({ problem }) => problem);
  return {
    complete: reachesRoot,
    certificates: certificates.map((certificate, index) => {
      const keySpec = index === 0 ? keySpecOf(certificate) : undefined;
      return {
        role: roleOf(certificate, index),
        subject: subjectOf(certificate),
        issuer: issuerOf(certificate),
        ...(keySpec !== undefined && { keySpec }),
        ...validityOf(certificate),
        daysLeft: daysLeft(certificate, now),
        sha256: fingerprintOf(certificate),
        violations: saidOf(certificate, violations),
        advice: saidOf(certificate, advice),
      };
    }),
  };
}

function roleOf(certificate: Certificate, index: number): CheckedCertificate["role"] {
  if (index === 0) {
    return "leaf";
  }
  return isSelfSigned(certificate) ? "root" : "intermediate";
}
