/** What `get-plugin-metadata` consists of. */
import { getPluginMetadata } from "../../commands/get-plugin-metadata.ts";
import type { GetPluginMetadataResponse } from "../../protocol/generated/validators.js";

export { validateGetPluginMetadataRequest as validateRequest } from "../../protocol/generated/get-plugin-metadata.request.js";

/** It is always the same: the tests hold it to its schema, and start-up does without. */
export function validateResponse(_response: unknown): _response is GetPluginMetadataResponse {
  return true;
}

export const loadAnswer = async () => getPluginMetadata;
