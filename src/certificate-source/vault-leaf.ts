import { type Certificate, parseCertificate, subjectOf } from "../certificate/certificate.ts";
import type { CertificateBag } from "../chain/certificate-bag.ts";
import { describeIncompleteChain, type MissingIssuer, missingIssuerOf } from "../chain/incomplete-chain.ts";
import { ownProgram } from "../error/own-program.ts";
import { PluginError, validationError } from "../error/plugin-error.ts";
import { type KeyIdentifier, keyIdentifierText } from "../key-identifier/key-identifier.ts";
import { getVaultCertificate } from "../vault/certificate.ts";
import type { Vault } from "../vault/vault.ts";
import type { FoundCertificates } from "./found-certificates.ts";
import { renewVaultCertificate } from "./renew-certificate.ts";

/** The vault's certificate: the leaf alone. */
export interface VaultLeaf {
  readonly version: string;
  readonly leaf: Certificate;
}

/** What an error calls the vault's certificate. */
export function vaultCertificateName(key: KeyIdentifier): string {
  return `certificate "${key.name}" of ${key.vaultUrl}`;
}

/**
 * The leaf as the vault's certificate shows it. Needs certificates get.
 * @throws PluginError of the vault's refusal, or ERROR where it cannot be read.
 */
export async function getVaultLeaf(vault: Vault, key: KeyIdentifier): Promise<VaultLeaf> {
  const { version, der } = await getVaultCertificate(vault, key);
  return { version, leaf: parseCertificate(der, vaultCertificateName(key)) };
}

/**
 * A bag of nothing but the vault's certificate: all there is for one that is self-signed. Needs certificates get.
 * @throws PluginError as of `getVaultLeaf`.
 */
export async function findLeafAlone(
  vault: Vault,
  key: KeyIdentifier,
): Promise<FoundCertificates & { readonly leaf: Certificate }> {
  const { version, leaf } = await getVaultLeaf(vault, key);
  const words = {
    origin: vaultCertificateName(key),
    complete: "give intermediates and root in a file: `--plugin-config ca_certs=<file>`",
  };
  return { version, leaf, ...vaultBag(key, { leafCandidates: [leaf], bag: [leaf] }, words) };
}

/** What differs from source to source in what a person is told. */
interface BagWords {
  /** The bag, in a sentence. */
  readonly origin: string;
  /** How else a person completes it than by the issuer's address, an imperative. */
  readonly complete: string;
}

/** The bag of a leaf that is a certificate of the vault, with what a person is told of it. */
export function vaultBag(
  key: KeyIdentifier,
  certificates: Pick<CertificateBag, "leafCandidates" | "bag">,
  { origin, complete }: BagWords,
): CertificateBag {
  return {
    ...certificates,
    incomplete: (path) =>
      validationError(
        describeIncompleteChain(path, certificates.bag, origin),
        [...fetchIssuers(key, missingIssuerOf(path)), complete].join("; or "),
      ),
    ofAnotherKey,
    renewLeaf: (leaf, policy) => renewVaultCertificate(key, leaf, policy),
  };
}

function fetchIssuers(key: KeyIdentifier, { addresses }: MissingIssuer): string[] {
  return addresses.length === 0
    ? []
    : [
        `get what is missing by \`${ownProgram()} certs --id ${keyIdentifierText(key)} --fetch-issuers > chain.pem\`, look it ` +
          "over, and sign with `--plugin-config ca_certs=chain.pem`",
      ];
}

function ofAnotherKey(leaf: Certificate): PluginError {
  return new PluginError(
    "ERROR",
    `the signature that Azure Key Vault returned does not verify with certificate "${subjectOf(leaf)}": key and ` +
      "certificate do not belong together. Nothing was signed",
    {
      fix: "check the version in the key identifier, and import or merge the certificate again if it is right",
    },
  );
}
