/** All chains, in the order of the document. */
import type { ChainCase, ChainFamily } from "./chain-case.ts";
import { REQUIREMENTS } from "./requirements.ts";
import { SHAPES } from "./shapes.ts";

export const FAMILIES: readonly ChainFamily[] = [...SHAPES, ...REQUIREMENTS];

export const CASES: readonly ChainCase[] = FAMILIES.flatMap(({ cases }) => cases);
