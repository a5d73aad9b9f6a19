import { certificateSource, checkChainSource } from "../certificate-source/certificate-source.ts";
import type { FindCertificates, FoundCertificates } from "../certificate-source/found-certificates.ts";
import { validationError } from "../error/plugin-error.ts";
import { settleTogether } from "../error/settle-together.ts";
import { type KeyIdentifier, parseKeyIdentifier } from "../key-identifier/key-identifier.ts";
import { withinBudget } from "../network/budget.ts";
import { openVault } from "../open-vault/open-vault.ts";
import { readPluginConfig } from "../plugin-config/plugin-config.ts";
import { decodeBase64, encodeBase64 } from "../protocol/base64.ts";
import type {
  GenerateSignatureRequest,
  GenerateSignatureResponse,
} from "../protocol/generated/validators.js";
import { digestPayload, signatureAlgorithm } from "../signature/algorithm.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * Signs the payload with the key in the vault and returns the signature with its certificate chain, leaf first.
 * The certificates and the signature are asked for at once where the version is known, or the certificates come from a
 * file. Else the vault's certificates come first and their version signs, so that both are of one version even if the
 * certificate is renewed in between.
 * @throws PluginError of the room that knows the cause.
 */
export async function generateSignature(
  request: GenerateSignatureRequest,
): Promise<GenerateSignatureResponse> {
  try {
    return await signRequest(request);
  } catch (error) {
    const { forgetKey } = await import("./forget-key.ts");
    throw forgetKey(request.keyId, error);
  }
}

async function signRequest(request: GenerateSignatureRequest): Promise<GenerateSignatureResponse> {
  const config = readPluginConfig(request.pluginConfig);
  const key = parseKeyIdentifier(request.keyId);
  const algorithm = signatureAlgorithm(request.keySpec, request.hashAlgorithm);
  const payload = decodePayload(request.payload);
  checkChainSource(config.chainSource, key);
  const findCertificates = await certificateSource(config.chainSource);
  const inFile = config.chainSource.kind === "cert-chain";
  const atOnce = inFile || key.version !== undefined;
  const [found, signature] = await withinBudget(config.timeout, async (budget) => {
    const vault = await openVault(key, config, budget, atOnce && !inFile ? 2 : 1);
    // While the token is on its way.
    const digest = digestPayload(algorithm, payload);
    const { signWithVault } = await import("../vault/sign.ts");
    const sign = (version: string | undefined) =>
      signWithVault(vault, { ...key, version }, algorithm, digest);
    const calls = atOnce
      ? settleTogether(findCertificates(vault, key), sign(key.version))
      : findThenSign(vault, key, findCertificates, sign);
    // While the calls are.
    await Promise.race([calls, import("../chain/signing-chain.ts")]);
    return await calls;
  });
  const { signingChain } = await import("../chain/signing-chain.ts");
  const chain = await signingChain(found, algorithm, payload, signature);
  return {
    keyId: request.keyId,
    signature: encodeBase64(signature),
    signingAlgorithm: algorithm.signingAlgorithm,
    certificateChain: chain.map(({ der }) => encodeBase64(der)),
  };
}

async function findThenSign(
  vault: Vault,
  key: KeyIdentifier,
  findCertificates: FindCertificates,
  sign: (version: string | undefined) => Promise<Uint8Array>,
): Promise<readonly [FoundCertificates, Uint8Array]> {
  const found = await findCertificates(vault, key);
  return [found, await sign(found.version)];
}

function decodePayload(payload: string): Uint8Array {
  const bytes = decodeBase64(payload);
  if (bytes === undefined) {
    throw validationError(
      'invalid generate-signature request: "payload" is not standard base64 with padding (RFC 4648, section 4)',
    );
  }
  return bytes;
}
