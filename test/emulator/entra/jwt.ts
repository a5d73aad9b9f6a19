/** What verifying JWTs has in common: RFC 7519. */
import type { JWTVerifyOptions } from "jose";

/** Leaves the dates to the caller: services have errors of their own for them. */
export const ANY_DATE: JWTVerifyOptions = {
  currentDate: new Date(0),
  clockTolerance: Number.MAX_SAFE_INTEGER,
};
