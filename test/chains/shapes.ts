/** Every shape in which a chain reaches the plugin, and whether it signs with it. */
import type { ChainFamily } from "./chain-case.ts";
import { CROSS_SHAPES } from "./cross-shapes.ts";
import { FILE_SHAPES } from "./file-shapes.ts";
import { GLOBALSIGN_SHAPES } from "./globalsign-shapes.ts";
import { MISSING_SHAPES } from "./missing-shapes.ts";
import { ORDER_SHAPES } from "./order-shapes.ts";
import { NAMESAKE_SHAPES, WAY_SHAPES } from "./way-shapes.ts";

export const SHAPES: readonly ChainFamily[] = [
  ORDER_SHAPES,
  MISSING_SHAPES,
  FILE_SHAPES,
  GLOBALSIGN_SHAPES,
  CROSS_SHAPES,
  NAMESAKE_SHAPES,
  WAY_SHAPES,
];
