/** What `get-plugin-metadata` consists of. */
import { getPluginMetadata } from "../../commands/get-plugin-metadata.ts";

export { validateGetPluginMetadataRequest as validateRequest } from "../../protocol/generated/get-plugin-metadata.request.js";
export { validateGetPluginMetadataResponse as validateResponse } from "../../protocol/generated/get-plugin-metadata.response.js";
export const loadAnswer = async () => getPluginMetadata;
