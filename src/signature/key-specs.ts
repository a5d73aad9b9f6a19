import type { DescribeKeyResponse } from "../protocol/generated/validators.js";

/** A key spec of the Notary Project. */
export type KeySpec = DescribeKeyResponse["keySpec"];

/** All of them. */
export const KEY_SPECS: readonly KeySpec[] = [
  "RSA-2048",
  "RSA-3072",
  "RSA-4096",
  "EC-256",
  "EC-384",
  "EC-521",
];
