import { validationError } from "../error/plugin-error.ts";
import { showValue } from "../error/show-value.ts";
import type { PluginConfigAttributes } from "../protocol/generated/validators.js";

/** The values of `credential_type`, as in the plugin that this one replaces. */
export const CREDENTIAL_TYPES = ["environment", "workloadid", "managedid", "azurecli"] as const;
export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

/** Where the certificate chain is read from; what the permissions that it needs follow from. */
export type ChainSource =
  /** The vault's secret: the whole chain. Needs secrets get. */
  | { readonly kind: "secret" }
  /** The vault's certificate, which is its own root. Needs certificates get. */
  | { readonly kind: "self-signed" }
  /** The leaf from the vault's certificate, its CA certificates from a file. Needs certificates get. */
  | { readonly kind: "ca-certs"; readonly file: string }
  /** All certificates from a file. The vault is asked for none. */
  | { readonly kind: "cert-chain"; readonly file: string };

/** What the plugin config of a request asks for. */
export interface PluginConfig {
  readonly chainSource: ChainSource;
  /** Undefined: the default credential chain of the Azure SDK. */
  readonly credentialType: CredentialType | undefined;
  /** Client id of a user-assigned managed identity or of a workload identity. */
  readonly clientId: string | undefined;
  /** How long a command may take in all, in seconds. */
  readonly timeout: number;
}

const FLAGS: ReadonlyMap<string | undefined, boolean> = new Map([
  ["true", true],
  ["false", false],
  [undefined, false],
]);

const DEFAULT_TIMEOUT = 60;
const LONGEST_TIMEOUT = 3600;

/**
 * Reads the keys of the plugin config that are this plugin's; others are ignored, since one key's config may be
 * shared by several tools (contract: unknown attributes must be ignored).
 * @throws PluginError VALIDATION_ERROR for an unknown credential type, a time that is none, or for options
 *   that exclude each other.
 */
export function readPluginConfig(attributes: PluginConfigAttributes = {}): PluginConfig {
  return {
    chainSource: readChainSource(attributes),
    credentialType: readCredentialType(attributes.credential_type),
    clientId: attributes.client_id,
    timeout: readTimeout(attributes.timeout),
  };
}

function readChainSource({ self_signed, ca_certs, cert_chain }: PluginConfigAttributes): ChainSource {
  const selfSigned = readFlag("self_signed", self_signed);
  const given = [
    ...(selfSigned ? ["self_signed=true"] : []),
    ...(ca_certs === undefined ? [] : [`ca_certs=${ca_certs}`]),
    ...(cert_chain === undefined ? [] : [`cert_chain=${cert_chain}`]),
  ];
  if (given.length > 1) {
    throw validationError(
      `plugin config ${given.join(" and ")} exclude each other: each says another place that the certificates come from`,
      "keep self_signed=true if the certificate is self-signed, ca_certs if the vault holds the leaf, or cert_chain if it holds " +
        "no certificate at all",
    );
  }
  if (cert_chain !== undefined) {
    return { kind: "cert-chain", file: cert_chain };
  }
  if (ca_certs !== undefined) {
    return { kind: "ca-certs", file: ca_certs };
  }
  return { kind: selfSigned ? "self-signed" : "secret" };
}

function readFlag(name: string, value: string | undefined): boolean {
  const flag = FLAGS.get(value?.toLowerCase());
  if (flag === undefined) {
    throw validationError(
      `plugin config ${name}=${showValue(value)} is neither true nor false`,
      `use ${name}=true, or leave it out`,
    );
  }
  return flag;
}

function readCredentialType(value: string | undefined): CredentialType | undefined {
  if (value === undefined) {
    return undefined;
  }
  const known = CREDENTIAL_TYPES.find((type) => type === value.toLowerCase());
  if (known === undefined) {
    throw validationError(
      `plugin config credential_type=${showValue(value)} is not known`,
      `use one of ${CREDENTIAL_TYPES.join(", ")}, or leave it out for the default credential chain`,
    );
  }
  return known;
}

function readTimeout(value: string | undefined): number {
  if (value === undefined) {
    return DEFAULT_TIMEOUT;
  }
  const seconds = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (seconds < 1 || seconds > LONGEST_TIMEOUT) {
    throw validationError(
      `plugin config timeout=${showValue(value)} is not a whole number of seconds from 1 to ${LONGEST_TIMEOUT}`,
      `use one, or leave it out for ${DEFAULT_TIMEOUT}`,
    );
  }
  return seconds;
}
