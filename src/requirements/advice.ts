import { type Certificate, isValidAt } from "../certificate/certificate.ts";
import { basicConstraintsOf, EXTENSION, extendedKeyUsageOf } from "../certificate/extensions.ts";
import type { Position } from "./rule.ts";
import { isAcceptedAlone } from "./signature-algorithm.ts";

/** What Notation takes of a certificate, and someone should see to all the same. */
export interface Advice {
  readonly certificate: Certificate;
  /** A clause about the certificate that needs no subject. */
  readonly problem: string;
}

/** Undefined where there is nothing to say. Throws RangeError where what it looks at cannot be read. */
type Adviser = (certificate: Certificate, position: Position) => string | undefined;

const DAY_MS = 86_400_000;

/** A CA takes days to issue a certificate, and a pipeline weeks to get a new key identifier everywhere. */
const DAYS_AHEAD = 30;

const ANY_PURPOSE = "2.5.29.37.0";

/**
 * Where the signature specification ("Certificate requirements") is stricter than Notation 1.3, whose next version or whose other
 * implementations may refuse it; and what expires soon.
 */
const ADVISERS: readonly Adviser[] = [adviseOnExpiry, adviseOnConstraints, adviseOnPurposes, adviseOnSha1];

/** What there is to say of a chain that Notation takes, or of the part of it that there is, leaf first. */
export function findAdvice(chain: readonly Certificate[], now: number): readonly Advice[] {
  return chain.flatMap((certificate, index) =>
    ADVISERS.flatMap((adviser) => {
      const problem = adviceOf(adviser, certificate, { index, now });
      return problem === undefined ? [] : [{ certificate, problem }];
    }),
  );
}

/** Whole days until it expires; negative once it has. */
export function daysLeft({ x509 }: Certificate, now: number): number {
  return Math.floor((Date.parse(x509.validTo) - now) / DAY_MS);
}

/** Whether somebody should see to what comes after it; also once it has expired. */
export function expiresSoon(certificate: Certificate, now: number): boolean {
  return daysLeft(certificate, now) < DAYS_AHEAD;
}

function adviseOnExpiry(certificate: Certificate, { now }: Position): string | undefined {
  const days = daysLeft(certificate, now);
  return isValidAt(certificate, now) && expiresSoon(certificate, now)
    ? `it expires in ${days} ${days === 1 ? "day" : "days"}; after that nothing can be signed, and without a timestamp (\`notation sign --timestamp-url\`) what was signed no longer verifies`
    : undefined;
}

function adviseOnConstraints({ contents }: Certificate, { index }: Position): string | undefined {
  const critical = contents.extensions.get(EXTENSION.basicConstraints)?.critical;
  return index > 0 && basicConstraintsOf(contents)?.isCa && !critical
    ? "its basicConstraints are not marked critical, which the specification wants of a CA certificate, and Notation does not yet"
    : undefined;
}

function adviseOnPurposes({ contents }: Certificate, { index }: Position): string | undefined {
  return index === 0 && extendedKeyUsageOf(contents)?.includes(ANY_PURPOSE)
    ? "its extended key usage has anyExtendedKeyUsage, which the specification forbids, and Notation does not yet"
    : undefined;
}

function adviseOnSha1(certificate: Certificate, { index }: Position): string | undefined {
  return index === 0 && isAcceptedAlone(certificate)
    ? "it is signed by SHA-1, which the specification forbids, and Notation does not of a self-signed certificate"
    : undefined;
}

/** What cannot be read is a violation, and is told as one. */
function adviceOf(adviser: Adviser, certificate: Certificate, position: Position): string | undefined {
  try {
    return adviser(certificate, position);
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}
