import { description, homepage, version } from "../../package.json";
import type { GetPluginMetadataResponse } from "../protocol/generated/validators.js";
import { SUPPORTED_CONTRACT_VERSIONS } from "../protocol/request.ts";

/** Who this plugin is and what it can do; static, without any input or output. */
export function getPluginMetadata(): GetPluginMetadataResponse {
  return {
    name: "azure-kv",
    description,
    version,
    url: homepage,
    supportedContractVersions: SUPPORTED_CONTRACT_VERSIONS,
    capabilities: ["SIGNATURE_GENERATOR.RAW"],
  };
}
