/** All faults, in the order of the document. */
import { ANSWER_FAULTS } from "./answer-faults.ts";
import { CERTIFICATE_FAULTS } from "./certificate-faults.ts";
import { CREDENTIAL_FAULTS } from "./credential-faults.ts";
import { ENTRA_FAULTS } from "./entra-faults.ts";
import type { FaultCase, FaultFamily } from "./fault-case.ts";
import { NETWORK_FAULTS } from "./network-faults.ts";
import { PERMISSION_FAULTS } from "./permission-faults.ts";
import { REQUEST_FAULTS } from "./request-faults.ts";
import { OBJECT_FAULTS, SERVICE_FAULTS } from "./vault-faults.ts";

/** In the order in which a signing meets them. */
export const FAMILIES: readonly FaultFamily[] = [
  REQUEST_FAULTS,
  NETWORK_FAULTS,
  CREDENTIAL_FAULTS,
  ENTRA_FAULTS,
  PERMISSION_FAULTS,
  OBJECT_FAULTS,
  CERTIFICATE_FAULTS,
  SERVICE_FAULTS,
  ANSWER_FAULTS,
];

export const FAULTS: readonly FaultCase[] = FAMILIES.flatMap(({ faults }) => faults);
