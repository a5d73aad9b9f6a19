import { certificateSource, checkChainSource } from "../../certificate-source/certificate-source.ts";
import type { FindCertificates } from "../../certificate-source/found-certificates.ts";
import { checkAuthorityHost } from "../../environment/authority-host.ts";
import { checkProxy } from "../../environment/proxy.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../../key-identifier/key-identifier.ts";
import { type PluginConfig, readPluginConfig } from "../../plugin-config/plugin-config.ts";
import { validateDescribeKeyRequest } from "../../protocol/generated/describe-key.request.js";
import { checkRequest } from "../../protocol/request.ts";

/** What a person asks to be checked: as `notation sign` is given it. */
export interface CheckRequest {
  readonly keyId: string;
  readonly pluginConfig: Readonly<Record<string, string>>;
}

/** What signing with a key means. */
export interface Asked {
  readonly key: KeyIdentifier;
  readonly config: PluginConfig;
  readonly findCertificates: FindCertificates;
}

/**
 * Reads a request, the environment that it is made in, and the files that it names.
 * @throws PluginError of the room that knows the cause, as signing would.
 */
export async function readAsked(
  { keyId, pluginConfig }: CheckRequest,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Asked> {
  const request = checkRequest("describe-key", validateDescribeKeyRequest, {
    contractVersion: "1.0",
    keyId,
    pluginConfig,
  });
  checkProxy(environment);
  checkAuthorityHost(environment);
  const config = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  checkChainSource(config.chainSource, key);
  return { key, config, findCertificates: await certificateSource(config.chainSource) };
}
