import { PluginError } from "../error/plugin-error.ts";
import { parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { forgetKeySpec } from "../key-spec-cache/key-spec-cache.ts";

/**
 * The error, after which nothing is remembered of the key: what describe-key had remembered may have been wrong, so that the
 * request named another key spec than the key's. Then signing again is all that is needed.
 */
export function forgetKey(keyId: string, error: unknown): unknown {
  if (!(error instanceof PluginError && ofAnotherKeySpec(error))) {
    return error;
  }
  if (!forgetKeySpec(parseKeyIdentifier(keyId), process.env)) {
    return error;
  }
  const again =
    "sign again: the key spec that was remembered of this key may have been wrong, and is forgotten now";
  const fix = error.fix === undefined ? again : `${again}; if it fails again, ${error.fix}`;
  return new PluginError(error.code, error.problem, { fix, metadata: error.metadata });
}

/** By the certificate, or by the vault, which refuses an algorithm that is not of the key's type. */
function ofAnotherKeySpec({ metadata }: PluginError): boolean {
  return metadata["keySpec"] !== undefined || metadata["status"] === "400";
}
