import { certificateSource, checkChainSource } from "../certificate-source/certificate-source.ts";
import type { FindCertificates } from "../certificate-source/found-certificates.ts";
import { checkEnvironment } from "../environment/check-environment.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { type PluginConfig, readPluginConfig } from "../plugin-config/plugin-config.ts";
import { validateDescribeKeyRequest } from "../protocol/generated/describe-key.request.js";
import { checkRequest } from "../protocol/request.ts";
import type { Findings } from "./findings.ts";

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
 * Reads a request, the environment that it is made in, and the files that it names: each by itself, so that all of them are told
 * that are wrong.
 * @returns undefined where one is
 */
export async function readAsked(
  { keyId, pluginConfig }: CheckRequest,
  environment: Readonly<Record<string, string | undefined>>,
  findings: Findings,
): Promise<Asked | undefined> {
  const request = await findings.attempt(() =>
    checkRequest("describe-key", validateDescribeKeyRequest, { contractVersion: "1.0", keyId, pluginConfig }),
  );
  const [isReady, config, key] = await Promise.all([
    findings.attempt(() => {
      checkEnvironment(environment);
      return true;
    }),
    request && findings.attempt(() => readPluginConfig(request.pluginConfig)),
    request && findings.attempt(() => parseKeyIdentifier(request.keyId)),
  ]);
  if (config === undefined || key === undefined) {
    return undefined;
  }
  const findCertificates = await findings.attempt(() => {
    checkChainSource(config.chainSource, key);
    return certificateSource(config.chainSource);
  });
  return isReady === undefined || findCertificates === undefined
    ? undefined
    : { key, config, findCertificates };
}
