/** The Notary Project's requirements of certificates: chains that break or keep one each. */
import { ALGORITHM_REQUIREMENTS } from "./algorithm-requirements.ts";
import { ISSUING_CA_REQUIREMENTS, ROOT_REQUIREMENTS } from "./ca-requirements.ts";
import type { ChainFamily } from "./chain-case.ts";
import { LEAF_REQUIREMENTS } from "./leaf-requirements.ts";

export const REQUIREMENTS: readonly ChainFamily[] = [
  LEAF_REQUIREMENTS,
  ISSUING_CA_REQUIREMENTS,
  ROOT_REQUIREMENTS,
  ALGORITHM_REQUIREMENTS,
];
